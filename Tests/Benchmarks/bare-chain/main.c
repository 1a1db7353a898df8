/* The floor under the whole cluster: the same three hops with nothing in them. An HTTP gateway that understands one GET, a
 * service behind length-prefixed frames, one prepared SELECT. No token, no budget, no deadline; values are taken to need
 * no escaping. Each process is one thread in epoll; the service answers in the order it is asked.
 *
 * bare-chain service PORT DATABASE | bare-chain gateway PORT SERVICE_PORT
 *
 * frame: length of the rest, 4 bytes in the machine's order | id of the deal, or the deal as JSON (empty: there is none)
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    LIFETIME_SECONDS = 3600, SOCKETS_MAX = 1024, EVENTS_MAX = 256, REQUEST_MAX = 8192, ID_MAX = 128, DEAL_MAX = 16384,
    INPUT_MAX = 1 << 20, OUTPUT_MAX = 1 << 22
};

/* What has been read and not yet understood. */
struct input { uint32_t count; char bytes[INPUT_MAX]; };
struct output { uint32_t count; char bytes[OUTPUT_MAX]; };
/* Of an HTTP client; `turn` tells it from the next one on the same socket. */
struct client { uint32_t count, turn; int waits; char bytes[REQUEST_MAX]; };
struct waiting { int socket; uint32_t turn; };

static struct input from_peer;
static struct output to_peer;
static struct client clients[SOCKETS_MAX];
/* Whose answers the service owes, oldest first; a client asks once at a time, one that left may still stand there. */
static struct waiting queue[4 * SOCKETS_MAX];
static uint32_t queue_first, queue_next;
enum { QUEUE_MAX = sizeof queue / sizeof *queue };

static void check(int result, const char *what) {
    if (result < 0) { perror(what); exit(1); }
}

static void refuse(const char *what) { fprintf(stderr, "bare-chain: %s\n", what); exit(1); }

static struct sockaddr_in loopback(const char *port) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(port))};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

static int listen_on(const char *port) {
    struct sockaddr_in address = loopback(port);
    int listener = socket(AF_INET, SOCK_STREAM, 0), one = 1;
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    check(bind(listener, (struct sockaddr *)&address, sizeof address), "bind");
    check(listen(listener, 256), "listen");
    return listener;
}

static void watch(int poll, int socket) {
    int one = 1;
    struct epoll_event event = {.events = EPOLLIN, .data.fd = socket};
    check(epoll_ctl(poll, EPOLL_CTL_ADD, socket, &event), "epoll_ctl");
    setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
}

static int write_whole(int socket, const char *bytes, size_t count) {
    while (count > 0) {
        ssize_t written = write(socket, bytes, count);
        if (written <= 0) return 0;
        bytes += written;
        count -= (size_t)written;
    }
    return 1;
}

static void put(const char *bytes, size_t count) {
    if (count > OUTPUT_MAX - to_peer.count) refuse("too much to send at once");
    memcpy(to_peer.bytes + to_peer.count, bytes, count);
    to_peer.count += (uint32_t)count;
}

static void put_frame(const char *bytes, uint32_t count) {
    put((const char *)&count, sizeof count);
    put(bytes, count);
}

/* All frames of one turn of the loop in one write. False when the peer is gone. */
static int flush(int socket) {
    int is_sent = write_whole(socket, to_peer.bytes, to_peer.count);
    to_peer.count = 0;
    return is_sent;
}

/* Reads once and hands over each whole frame. False at the peer's end. */
static int read_frames(int socket, void (*take)(int context, const char *bytes, uint32_t count), int context) {
    ssize_t got = read(socket, from_peer.bytes + from_peer.count, INPUT_MAX - from_peer.count);
    if (got <= 0) return 0;
    from_peer.count += (uint32_t)got;
    uint32_t done = 0, length;
    while (from_peer.count - done >= sizeof length) {
        memcpy(&length, from_peer.bytes + done, sizeof length);
        if (length > DEAL_MAX) refuse("a frame is too long");
        if (from_peer.count - done < sizeof length + length) break;
        take(context, from_peer.bytes + done + sizeof length, length);
        done += (uint32_t)sizeof length + length;
    }
    from_peer.count -= done;
    memmove(from_peer.bytes, from_peer.bytes + done, from_peer.count);
    return 1;
}

/* The service */

static sqlite3_stmt *select_deal;

static void open_database(const char *path) {
    sqlite3 *database;
    if (sqlite3_open_v2(path, &database, SQLITE_OPEN_READWRITE, NULL) != SQLITE_OK
        || sqlite3_prepare_v3(database, "SELECT * FROM deal WHERE id = ?", -1, SQLITE_PREPARE_PERSISTENT, &select_deal,
                              NULL) != SQLITE_OK)
        refuse(sqlite3_errmsg(database));
}

static char *append(char *to, const char *end, const char *text, size_t count) {
    if ((size_t)(end - to) < count) refuse("a deal is too long");
    memcpy(to, text, count);
    return to + count;
}

/* Column by column, each under its own name. */
static void answer(int unused, const char *id, uint32_t count) {
    (void)unused;
    char deal[DEAL_MAX], *end = deal + DEAL_MAX, *to = deal;
    sqlite3_bind_text(select_deal, 1, id, (int)count, SQLITE_STATIC);
    if (sqlite3_step(select_deal) == SQLITE_ROW) {
        int columns = sqlite3_column_count(select_deal);
        for (int column = 0; column < columns; column++) {
            const char *name = sqlite3_column_name(select_deal, column);
            int is_text = sqlite3_column_type(select_deal, column) == SQLITE_TEXT;
            const char *value = (const char *)sqlite3_column_text(select_deal, column);
            if (!value) continue;
            to = append(to, end, column ? ",\"" : "{\"", 2);
            to = append(to, end, name, strlen(name));
            to = append(to, end, "\":\"", is_text ? 3 : 2);
            to = append(to, end, value, (size_t)sqlite3_column_bytes(select_deal, column));
            to = append(to, end, "\"", is_text ? 1 : 0);
        }
        to = append(to, end, "}", 1);
    }
    sqlite3_reset(select_deal);
    put_frame(deal, (uint32_t)(to - deal));
}

static void serve(const char *port) {
    int listener = listen_on(port);
    for (;;) {
        int gateway = accept(listener, NULL, NULL), poll = epoll_create1(0);
        check(gateway, "accept");
        watch(poll, gateway);
        from_peer.count = to_peer.count = 0;
        struct epoll_event event;
        do check(epoll_wait(poll, &event, 1, -1), "epoll_wait");
        while (read_frames(gateway, answer, 0) && flush(gateway));
        close(poll);
        close(gateway);
    }
}

/* The gateway */

static void leave(int socket) {
    clients[socket].turn++;
    clients[socket].count = 0;
    clients[socket].waits = 0;
    close(socket);
}

/* Sends what the oldest waiting client asked for. */
static void reply(int unused, const char *deal, uint32_t count) {
    (void)unused;
    if (queue_first == queue_next) refuse("an answer to nothing");
    struct waiting whose = queue[queue_first++ % QUEUE_MAX];
    if (clients[whose.socket].turn != whose.turn) return;
    char response[DEAL_MAX + 256];
    int head = snprintf(response, 256, "HTTP/1.1 %s\r\nContent-Type: application/json\r\nContent-Length: %u\r\n\r\n",
                        count ? "200 OK" : "404 Not Found", count);
    memcpy(response + head, deal, count);
    clients[whose.socket].waits = 0;
    if (!write_whole(whose.socket, response, (size_t)head + count)) leave(whose.socket);
}

/* Passes on the id when the whole head is there. False for a request that is none of ours. */
static int ask(int socket) {
    static const char start[] = "GET /api/deals/";
    struct client *client = &clients[socket];
    char *end = memmem(client->bytes, client->count, "\r\n\r\n", 4);
    if (!end) return client->count < REQUEST_MAX;
    if (client->waits || client->count <= sizeof start || memcmp(client->bytes, start, sizeof start - 1) != 0) return 0;
    char *id = client->bytes + sizeof start - 1, *space = memchr(id, ' ', (size_t)(end - id));
    if (!space || space - id > ID_MAX) return 0;
    if (queue_next - queue_first == QUEUE_MAX) return 0;
    queue[queue_next++ % QUEUE_MAX] = (struct waiting){socket, client->turn};
    put_frame(id, (uint32_t)(space - id));
    client->waits = 1;
    client->count -= (uint32_t)(end + 4 - client->bytes);
    memmove(client->bytes, end + 4, client->count);
    return 1;
}

static void hear(int socket) {
    struct client *client = &clients[socket];
    ssize_t got = read(socket, client->bytes + client->count, REQUEST_MAX - client->count);
    if (got > 0) client->count += (uint32_t)got;
    if (got <= 0 || !ask(socket)) leave(socket);
}

static void stand_between(const char *port, const char *service_port) {
    struct sockaddr_in address = loopback(service_port);
    int listener = listen_on(port), service = socket(AF_INET, SOCK_STREAM, 0), poll = epoll_create1(0);
    check(connect(service, (struct sockaddr *)&address, sizeof address), "connect");
    watch(poll, listener);
    watch(poll, service);
    for (;;) {
        struct epoll_event events[EVENTS_MAX];
        int count = epoll_wait(poll, events, EVENTS_MAX, -1);
        check(count, "epoll_wait");
        for (int index = 0; index < count; index++) {
            int socket = events[index].data.fd;
            if (socket == service) {
                if (!read_frames(service, reply, 0)) refuse("the service is gone");
            } else if (socket == listener) {
                int client = accept(listener, NULL, NULL);
                check(client, "accept");
                if (client < SOCKETS_MAX) watch(poll, client);
                else close(client);
            } else {
                hear(socket);
            }
        }
        if (to_peer.count && !flush(service)) refuse("the service is gone");
    }
}

int main(int count, char **arguments) {
    alarm(LIFETIME_SECONDS);
    signal(SIGPIPE, SIG_IGN);
    if (count == 4 && strcmp(arguments[1], "service") == 0) {
        open_database(arguments[3]);
        serve(arguments[2]);
    }
    if (count == 4 && strcmp(arguments[1], "gateway") == 0) stand_between(arguments[2], arguments[3]);
    fprintf(stderr, "usage: bare-chain service PORT DATABASE | bare-chain gateway PORT SERVICE_PORT\n");
    return 64;
}
