"""One article to the reasons why it is alone in its story."""

import numpy as np

from dedupe.stories.explain_context import Context
from dedupe.stories.explain_frame import frame_of, only_of, rival_of, terms_of
from dedupe.stories.explain_reading import Read
from dedupe.stories.explain_scale import LEAST_SIMILARITY, read
from dedupe.stories.explained import Explanation


def explain_alone(context: Context, texts: Read | None = None) -> Explanation:
    """Why the first article of the context is in none of the stories of the others: both sides of it are that article.

    Its similarity to itself is 1, of which its terms are their shares; the threshold is the similarity to the nearest
    other story, and what tells apart is what its nearest article does not hold. ``texts`` are the context's articles,
    if read already.
    """
    article, story = context.articles[0], context.stories[0]
    texts = read(context.articles) if texts is None else texts
    frame = frame_of(context, texts, story.id, n_asked=1)
    told = frame.scale.telling[[0]].toarray().ravel()
    rival = rival_of(0, frame)
    rows = {other.id: row for row, other in enumerate(context.articles)}
    only = () if rival is None else only_of(0, rows[rival.article], frame)
    return Explanation(
        a=article.id,
        b=article.id,
        story_a=story.id,
        story_b=story.id,
        same_topic=True,
        similarity=1.0,
        threshold=LEAST_SIMILARITY if rival is None else max(LEAST_SIMILARITY, rival.similarity),
        shared_terms=terms_of(told / max(told.sum(), np.finfo(np.float64).tiny), 0, frame),
        background=(),
        only_a=only,
        only_b=only,
        passages=(),
        rival_a=rival,
        rival_b=rival,
        through=(),
        days_apart=None,
        copy=None,
    )
