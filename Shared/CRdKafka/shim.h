#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>

/// `rd_kafka_producev` with the arguments that the relay gives: Swift calls no function of variable arguments. Key and value
/// are copied; the headers belong to librdkafka when it answers RD_KAFKA_RESP_ERR_NO_ERROR.
static inline rd_kafka_resp_err_t ibp_kafka_send(
    rd_kafka_t *producer, const char *topic, const void *key, size_t keyBytes, const void *value, size_t valueBytes,
    int64_t milliseconds, rd_kafka_headers_t *headers, void *token) {
    return rd_kafka_producev(
        producer, RD_KAFKA_V_TOPIC(topic), RD_KAFKA_V_KEY(key, keyBytes),
        RD_KAFKA_V_VALUE((void *)value, valueBytes), RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY),
        RD_KAFKA_V_TIMESTAMP(milliseconds), RD_KAFKA_V_HEADERS(headers), RD_KAFKA_V_OPAQUE(token), RD_KAFKA_V_END);
}
