/* The floor: bytes there and back between two processes that do nothing but wait in epoll, read and write. One connection, one
 * message at a time, as long as a frame of ours with 128 bytes in it.
 *
 * bare-echo server PORT | bare-echo client PORT 1 SECONDS
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { MESSAGE = 152, CALLS_MAX = 4000000, LIFETIME_SECONDS = 3600 };
static const double warm_up_seconds = 0.3;

static void check(int result, const char *what) {
    if (result < 0) { perror(what); exit(1); }
}

static uint64_t nanoseconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

/* Waits for the socket; reads a whole message. False at its end. */
static int receive(int poll, int socket, char *message) {
    for (int count = 0; count < MESSAGE;) {
        struct epoll_event event;
        check(epoll_wait(poll, &event, 1, -1), "epoll_wait");
        ssize_t got = read(socket, message + count, (size_t)(MESSAGE - count));
        if (got <= 0) return 0;
        count += (int)got;
    }
    return 1;
}

static void send_whole(int socket, const char *message) {
    if (write(socket, message, MESSAGE) != MESSAGE) { perror("write"); exit(1); }
}

static int watch(int socket) {
    int poll = epoll_create1(0), one = 1;
    struct epoll_event event = {.events = EPOLLIN};
    check(epoll_ctl(poll, EPOLL_CTL_ADD, socket, &event), "epoll_ctl");
    setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    return poll;
}

static void serve(struct sockaddr_in address) {
    int listener = socket(AF_INET, SOCK_STREAM, 0), one = 1;
    char message[MESSAGE];
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    check(bind(listener, (struct sockaddr *)&address, sizeof address), "bind");
    check(listen(listener, 8), "listen");
    for (;;) {
        int socket = accept(listener, NULL, NULL);
        check(socket, "accept");
        int poll = watch(socket);
        while (receive(poll, socket, message)) send_whole(socket, message);
        close(poll);
        close(socket);
    }
}

static int ascending(const void *a, const void *b) {
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

static void load(struct sockaddr_in address, double seconds) {
    int socket_ = socket(AF_INET, SOCK_STREAM, 0);
    char message[MESSAGE] = {0};
    uint32_t *times = malloc(CALLS_MAX * sizeof *times);
    size_t count = 0;
    if (!times) exit(1);
    check(connect(socket_, (struct sockaddr *)&address, sizeof address), "connect");
    int poll = watch(socket_);
    uint64_t start = nanoseconds() + (uint64_t)(warm_up_seconds * 1e9), end = start + (uint64_t)(seconds * 1e9);
    for (uint64_t began = nanoseconds(), answered; began < end && count < CALLS_MAX; began = answered) {
        send_whole(socket_, message);
        if (!receive(poll, socket_, message)) exit(1);
        answered = nanoseconds();
        if (began >= start) times[count++] = (uint32_t)(answered - began);
    }
    if (count == 0) exit(1);
    qsort(times, count, sizeof *times, ascending);
    printf("{\"callsPerSecond\":%.1f,\"p50Microseconds\":%.2f,\"p99Microseconds\":%.2f}\n", (double)count / seconds,
           times[count / 2] / 1000.0, times[count * 99 / 100] / 1000.0);
}

int main(int count, char **arguments) {
    alarm(LIFETIME_SECONDS);
    if (count < 3) return 64;
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(arguments[2]))};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (strcmp(arguments[1], "server") == 0) serve(address);
    if (count < 5) return 64;
    load(address, atof(arguments[4]));
}
