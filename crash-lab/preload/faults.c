/*
 * Breaks the process it is loaded into, and no other: at the Nth matching system call it kills the process, fails the call, or writes less than asked; it can also make
 * the wall clock jump. Children are not touched, because the settings leave the environment before the program starts.
 *
 * CCB_LAB_FAULT = "<op>,<action>,<at>,<part of a path>"
 *   op      write | sync | rename
 *   action  kill-before | kill-after | eio | enospc | short | count
 *   at      1 for the first matching call
 * CCB_LAB_COUNT = a file that gets one byte for each matching call
 * CCB_LAB_CLOCK = "<seconds of process life>,<seconds to jump>"
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

static char op[16], action[16], part[256];
static long at = 0, jump_after = -1, jump_by = 0;
static atomic_long seen;
static int count_fd = -1;
static struct timespec born;

static void *next(const char *name) { return dlsym(RTLD_NEXT, name); }

static int real_clock(clockid_t id, struct timespec *out) {
  static int (*call)(clockid_t, struct timespec *);
  if (!call) call = next("clock_gettime");
  return call(id, out);
}

__attribute__((constructor)) static void read_settings(void) {
  const char *fault = getenv("CCB_LAB_FAULT");
  if (fault && sscanf(fault, "%15[^,],%15[^,],%ld,%255[^\n]", op, action, &at, part) != 4) {
    fprintf(stderr, "CCB_LAB_FAULT cannot be read: %s\n", fault);
    _exit(90);
  }
  const char *count = getenv("CCB_LAB_COUNT");
  if (count) count_fd = open(count, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  const char *clock = getenv("CCB_LAB_CLOCK");
  if (clock && sscanf(clock, "%ld,%ld", &jump_after, &jump_by) != 2) _exit(91);
  unsetenv("CCB_LAB_FAULT");
  unsetenv("CCB_LAB_COUNT");
  unsetenv("CCB_LAB_CLOCK");
  unsetenv("LD_PRELOAD");
  real_clock(CLOCK_MONOTONIC, &born);
}

static void die(void) {
  kill(getpid(), SIGKILL);
  for (;;) pause();
}

/* 0: not ours. 1: this is the call that breaks. */
static int is_the_one(const char *kind, const char *path) {
  if (strcmp(kind, op) != 0 || strstr(path, part) == NULL) return 0;
  long number = atomic_fetch_add(&seen, 1) + 1;
  if (count_fd >= 0) {
    static ssize_t (*call)(int, const void *, size_t);
    if (!call) call = next("write");
    if (call(count_fd, ".", 1) < 0) _exit(92);
  }
  return number == at && strcmp(action, "count") != 0;
}

static int is_the_fd(const char *kind, int fd) {
  if (op[0] == 0 || strcmp(kind, op) != 0) return 0;
  int saved = errno;
  char link[64], path[4096];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t length = readlink(link, path, sizeof path - 1);
  errno = saved;
  if (length < 0) return 0;
  path[length] = 0;
  return is_the_one(kind, path);
}

/* 1 when the call has to fail; errno is set. */
static int fails(void) {
  if (strcmp(action, "eio") == 0) return errno = EIO, 1;
  if (strcmp(action, "enospc") == 0) return errno = ENOSPC, 1;
  if (strcmp(action, "kill-before") == 0) die();
  return 0;
}

static void after(int hit) {
  if (hit && strcmp(action, "kill-after") == 0) die();
}

static size_t shortened(int hit, size_t size) { return hit && strcmp(action, "short") == 0 && size > 1 ? size / 2 : size; }

ssize_t write(int fd, const void *data, size_t size) {
  static ssize_t (*call)(int, const void *, size_t);
  if (!call) call = next("write");
  int hit = is_the_fd("write", fd);
  if (hit && fails()) return -1;
  ssize_t written = call(fd, data, shortened(hit, size));
  after(hit);
  return written;
}

#define POSITIONED(name)                                             \
  ssize_t name(int fd, const void *data, size_t size, off_t offset) { \
    static ssize_t (*call)(int, const void *, size_t, off_t);         \
    if (!call) call = next(#name);                                    \
    int hit = is_the_fd("write", fd);                                 \
    if (hit && fails()) return -1;                                    \
    ssize_t written = call(fd, data, shortened(hit, size), offset);   \
    after(hit);                                                       \
    return written;                                                   \
  }
POSITIONED(pwrite)
POSITIONED(pwrite64)

ssize_t writev(int fd, const struct iovec *parts, int count) {
  static ssize_t (*call)(int, const struct iovec *, int);
  if (!call) call = next("writev");
  int hit = is_the_fd("write", fd);
  if (hit && fails()) return -1;
  ssize_t written = call(fd, parts, hit && strcmp(action, "short") == 0 ? 1 : count);
  after(hit);
  return written;
}

#define SYNC(name)                          \
  int name(int fd) {                        \
    static int (*call)(int);                \
    if (!call) call = next(#name);          \
    int hit = is_the_fd("sync", fd);        \
    if (hit && fails()) return -1;          \
    int result = call(fd);                  \
    after(hit);                             \
    return result;                          \
  }
SYNC(fsync)
SYNC(fdatasync)

int rename(const char *from, const char *to) {
  static int (*call)(const char *, const char *);
  if (!call) call = next("rename");
  int hit = op[0] != 0 && is_the_one("rename", to);
  if (hit && fails()) return -1;
  int result = call(from, to);
  after(hit);
  return result;
}

static long current_jump(void) {
  if (jump_after < 0) return 0;
  struct timespec now;
  real_clock(CLOCK_MONOTONIC, &now);
  return now.tv_sec - born.tv_sec >= jump_after ? jump_by : 0;
}

int clock_gettime(clockid_t id, struct timespec *out) {
  int result = real_clock(id, out);
  if (result == 0 && (id == CLOCK_REALTIME || id == CLOCK_REALTIME_COARSE)) out->tv_sec += current_jump();
  return result;
}

int gettimeofday(struct timeval *restrict out, void *restrict zone) {
  static int (*call)(struct timeval *, void *);
  if (!call) call = next("gettimeofday");
  int result = call(out, zone);
  if (result == 0) out->tv_sec += current_jump();
  return result;
}

time_t time(time_t *out) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  if (out) *out = now.tv_sec;
  return now.tv_sec;
}
