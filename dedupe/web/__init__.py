"""The web page: stories as HTML that is whole in itself, without scripts."""
