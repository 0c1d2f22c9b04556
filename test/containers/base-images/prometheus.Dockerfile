FROM plinth-test-debian:bookworm
RUN install -d -o 65534 -g 65534 /prometheus
COPY prometheus /bin/prometheus
USER 65534:65534
WORKDIR /prometheus
VOLUME /prometheus
ENTRYPOINT ["/bin/prometheus"]
