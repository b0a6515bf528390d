# impsy-tui without a screen: plays over OSC and in the browser. With EXTRAS=train it also trains.
#   docker build -t impsy-tui .
#   docker build -t impsy-tui-train --build-arg EXTRAS=train .
# The manual shows how to run it: docs/pages/start/docker.md
FROM python:3.12-slim-bookworm AS build
COPY . /src
RUN pip wheel --no-cache-dir --no-deps --wheel-dir /wheels /src

FROM python:3.12-slim-bookworm
ARG EXTRAS=""
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install --yes --no-install-recommends libasound2 libjack-jackd2-0 \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --create-home --uid 1000 player \
    && install --directory --owner player /instrument /instrument/logs /instrument/datasets /instrument/models
COPY --from=build /wheels /wheels
# hadolint ignore=DL3013
RUN wheel="$(find /wheels -name '*.whl')" && pip install --no-cache-dir "${wheel}${EXTRAS:+[${EXTRAS}]}"
USER 1000
WORKDIR /instrument
VOLUME ["/instrument/logs", "/instrument/datasets", "/instrument/models"]
EXPOSE 6000/udp 5001/tcp
HEALTHCHECK --interval=30s --timeout=10s --start-period=30s CMD ["impsy-tui", "status"]
ENTRYPOINT ["impsy-tui"]
CMD ["run", "--resume", "-c", "config.toml"]
