FROM python:3.12-slim AS build
WORKDIR /src
RUN python -m venv /opt/dedupe
COPY .ci/requirements.lock .ci/requirements.lock
RUN /opt/dedupe/bin/python -m pip install --no-cache-dir --require-hashes --only-binary :all: -r .ci/requirements.lock
COPY . .
RUN /opt/dedupe/bin/python -m pip install --no-cache-dir --no-deps --no-build-isolation .

FROM python:3.12-slim
RUN useradd --system --uid 10001 --home-dir /nonexistent --shell /usr/sbin/nologin dedupe
COPY --from=build /opt/dedupe /opt/dedupe
ENV PATH=/opt/dedupe/bin:$PATH PYTHONUNBUFFERED=1
USER 10001:10001
WORKDIR /tmp
EXPOSE 8080
ENTRYPOINT ["dedupe"]
CMD ["--help"]
