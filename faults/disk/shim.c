/*
 * A layer between a process and its files (LD_PRELOAD), below DISK_ROOT alone:
 * DISK_LOG  a file to which every change of a file, every flush, and every write to a socket is appended, in the order in which they happen;
 * DISK_RULE a file with one rule "<number> <operations> <part of the path> <errno> <milliseconds> <first> <count> <bytes>": of the calls of these
 *           operations ("create,write", or "any") on such paths, counted from 1 for each new number, those from the first on, so many, take so
 *           long, then fail (errno 0: they do not; a write takes so many bytes at most then, 0: all). What fails is in the log as "failed".
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

static const char *root, *rule_path;
static int log_fd = -1;
/* Nothing else happens between a call and its record. */
static pthread_mutex_t turn = PTHREAD_MUTEX_INITIALIZER;

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

__attribute__((constructor)) static void begin(void) {
  const char *log = getenv("DISK_LOG");
  root = getenv("DISK_ROOT");
  rule_path = getenv("DISK_RULE");
  if (log) log_fd = syscall(SYS_openat, AT_FDCWD, log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
}

static int is_ours(const char *path) {
  size_t length = root ? strlen(root) : 0;
  return root && path && strncmp(path, root, length) == 0 && (path[length] == '/' || path[length] == 0);
}

static void path_of(int fd, char *path) {
  char link[64];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t length = readlink(link, path, 4095);
  path[length < 0 ? 0 : length] = 0;
}

static void record(const char *operation, unsigned long long inode, long long offset, const char *path, const char *other,
                   const struct iovec *data, int count, size_t bytes) {
  char head[9000];
  size_t left = bytes;
  struct iovec pieces[1024];
  int used = 1;
  for (int i = 0; i < count && left > 0 && used < 1024; i++) {
    pieces[used] = data[i];
    if (pieces[used].iov_len > left) pieces[used].iov_len = left;
    left -= pieces[used++].iov_len;
  }
  pieces[0].iov_base = head;
  pieces[0].iov_len = snprintf(head, sizeof head, "%s\t%llu\t%lld\t%s\t%s\t%zu\n", operation, inode, offset, path, other, bytes - left);
  syscall(SYS_writev, log_fd, pieces, used);
}

struct rule {
  int number, code, ms, first, count, bytes;
  char operations[128], part[256];
};

static int read_rule(struct rule *rule) {
  char text[512];
  int fd = rule_path ? syscall(SYS_openat, AT_FDCWD, rule_path, O_RDONLY | O_CLOEXEC) : -1;
  if (fd < 0) return 0;
  ssize_t length = syscall(SYS_read, fd, text, sizeof text - 1);
  syscall(SYS_close, fd);
  text[length < 0 ? 0 : length] = 0;
  return sscanf(text, "%d %127s %255s %d %d %d %d %d", &rule->number, rule->operations, rule->part, &rule->code, &rule->ms, &rule->first,
                &rule->count, &rule->bytes) == 8;
}

static int is_listed(const char *list, const char *name) {
  size_t length = strlen(name);
  for (const char *at = list; at; at = strchr(at, ','), at += at != NULL)
    if (strncmp(at, name, length) == 0 && (at[length] == ',' || at[length] == 0)) return 1;
  return strcmp(list, "any") == 0;
}

static int is_its_turn(const struct rule *rule) {
  static int number, calls;
  pthread_mutex_lock(&turn);
  if (number != rule->number) calls = 0;
  number = rule->number;
  int call = ++calls;
  pthread_mutex_unlock(&turn);
  return call >= rule->first && call - rule->first < rule->count;
}

/* What the rule says of a call: 0, or the errno that it fails with, after its delay. Cuts a write. */
static int judge(const char *operation, const char *path, size_t *length) {
  struct rule rule;
  if (!is_ours(path) || !read_rule(&rule)) return 0;
  if (!is_listed(rule.operations, operation) || !strstr(path, rule.part) || !is_its_turn(&rule)) return 0;
  struct timespec delay = {rule.ms / 1000, (rule.ms % 1000) * 1000000L};
  nanosleep(&delay, NULL);
  if (rule.code && log_fd >= 0) record("failed", 0, 0, path, operation, NULL, 0, 0);
  if (!rule.code && rule.bytes && length && *length > (size_t)rule.bytes) *length = rule.bytes;
  return rule.code;
}

static void record_name(const char *operation, const char *path, const char *other) {
  struct stat found;
  if (log_fd < 0) return;
  unsigned long long inode = lstat(other[0] ? other : path, &found) == 0 ? found.st_ino : 0;
  record(operation, inode, 0, path, other, NULL, 0, 0);
}

static void record_file(const char *operation, int fd, long long offset, const struct iovec *data, int count, size_t bytes) {
  char path[4096];
  struct stat found;
  if (log_fd < 0 || fstat(fd, &found) != 0) return;
  path_of(fd, path);
  if (S_ISSOCK(found.st_mode)) record("send", 0, 0, "", "", data, count, bytes);
  else if (is_ours(path)) record(operation, found.st_ino, offset, path, "", data, count, bytes);
}

/* What another process wrote (a child that makes thumbnails) is known from the moment at which this one flushes it. */
static void record_flush(int fd) {
  static char bytes[1 << 20];
  char path[4096];
  path_of(fd, path);
  int copy = log_fd >= 0 && is_ours(path) && strstr(path, "/make-") ? syscall(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC) : -1;
  ssize_t length = copy >= 0 ? syscall(SYS_read, copy, bytes, sizeof bytes) : -1;
  struct iovec data = {bytes, length > 0 ? length : 0};
  if (length >= 0) record_name("create", path, "");
  if (length >= 0) record_file("write", fd, 0, &data, 1, length);
  if (copy >= 0) syscall(SYS_close, copy);
  record_file("flush", fd, 0, NULL, 0, 0);
}

#define FAIL_OR_CUT_IF(operation, path, length) \
  do {                                          \
    int code = judge(operation, path, length);  \
    if (code) { errno = code; return -1; }      \
  } while (0)
#define FAIL_IF(operation, path) FAIL_OR_CUT_IF(operation, path, NULL)
#define FAIL_FD_OR_CUT_IF(operation, fd, length) \
  do {                                          \
    char path[4096];                            \
    path_of(fd, path);                          \
    FAIL_OR_CUT_IF(operation, path, length);    \
  } while (0)
#define FAIL_FD_IF(operation, fd) FAIL_FD_OR_CUT_IF(operation, fd, NULL)
#define LOCKED(kind, call, on_success)          \
  do {                                          \
    pthread_mutex_lock(&turn);                  \
    kind result = call;                         \
    int code = errno;                           \
    if (result >= 0) { on_success; }            \
    pthread_mutex_unlock(&turn);                \
    errno = code;                               \
    return result;                              \
  } while (0)

#define OPEN(name)                                                            \
  int name(const char *path, int flags, ...) {                                \
    va_list list;                                                             \
    va_start(list, flags);                                                    \
    mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(list, mode_t) : 0;   \
    va_end(list);                                                             \
    if (!is_ours(path)) return REAL(name)(path, flags, mode);                 \
    struct stat before;                                                       \
    int existed = lstat(path, &before) == 0;                                  \
    FAIL_IF(flags & O_CREAT && !existed ? "create" : "open", path);           \
    LOCKED(int, REAL(name)(path, flags, mode), {                              \
      if (flags & O_CREAT && !existed) record_name("create", path, "");       \
      else if (flags & O_TRUNC) record_file("truncate", result, 0, NULL, 0, 0); \
    });                                                                       \
  }
OPEN(open)
OPEN(open64)

static int is_tracked(int fd) {
  struct stat found;
  return fstat(fd, &found) == 0 && (S_ISREG(found.st_mode) || S_ISSOCK(found.st_mode));
}

static long long position(int fd, size_t written) { return (long long)lseek(fd, 0, SEEK_CUR) - (long long)written; }

ssize_t write(int fd, const void *bytes, size_t length) {
  struct iovec data = {(void *)bytes, length};
  if (!root || !is_tracked(fd)) return REAL(write)(fd, bytes, length);
  FAIL_FD_OR_CUT_IF("write", fd, &length);
  LOCKED(ssize_t, REAL(write)(fd, bytes, length), record_file("write", fd, position(fd, result), &data, 1, result));
}

ssize_t writev(int fd, const struct iovec *data, int count) {
  if (!root || !is_tracked(fd)) return REAL(writev)(fd, data, count);
  struct iovec first = data[0];
  FAIL_FD_OR_CUT_IF("write", fd, &first.iov_len);
  if (first.iov_len < data[0].iov_len) data = &first, count = 1;
  LOCKED(ssize_t, REAL(writev)(fd, data, count), record_file("write", fd, position(fd, result), data, count, result));
}

ssize_t sendmsg(int fd, const struct msghdr *message, int flags) {
  if (!root) return REAL(sendmsg)(fd, message, flags);
  LOCKED(ssize_t, REAL(sendmsg)(fd, message, flags), record_file("write", fd, 0, message->msg_iov, message->msg_iovlen, result));
}

#define PWRITE(name, type)                                                                       \
  ssize_t name(int fd, const void *bytes, size_t length, type offset) {                          \
    struct iovec data = {(void *)bytes, length};                                                 \
    if (!root) return REAL(name)(fd, bytes, length, offset);                                     \
    FAIL_FD_OR_CUT_IF("write", fd, &length);                                                     \
    LOCKED(ssize_t, REAL(name)(fd, bytes, length, offset), record_file("write", fd, offset, &data, 1, result)); \
  }
PWRITE(pwrite, off_t)
PWRITE(pwrite64, off64_t)

#define PREAD(name, type)                                                                        \
  ssize_t name(int fd, void *bytes, size_t length, type offset) {                                \
    if (root) FAIL_FD_IF("read", fd);                                                            \
    return REAL(name)(fd, bytes, length, offset);                                                \
  }
PREAD(pread, off_t)
PREAD(pread64, off64_t)

#define TRUNCATE(name, type)                                                                       \
  int name(int fd, type length) {                                                                  \
    if (!root) return REAL(name)(fd, length);                                                      \
    FAIL_FD_IF("truncate", fd);                                                                    \
    LOCKED(int, REAL(name)(fd, length), record_file("truncate", fd, length, NULL, 0, 0));          \
  }
TRUNCATE(ftruncate, off_t)
TRUNCATE(ftruncate64, off64_t)

#define FLUSH(name)                                                                \
  int name(int fd) {                                                               \
    if (!root) return REAL(name)(fd);                                              \
    FAIL_FD_IF("flush", fd);                                                       \
    LOCKED(int, REAL(name)(fd), record_flush(fd));                                 \
  }
FLUSH(fsync)
FLUSH(fdatasync)

int link(const char *from, const char *to) {
  if (!is_ours(to)) return REAL(link)(from, to);
  FAIL_IF("link", to);
  LOCKED(int, REAL(link)(from, to), record_name("link", from, to));
}

int rename(const char *from, const char *to) {
  if (!is_ours(to)) return REAL(rename)(from, to);
  FAIL_IF("rename", to);
  LOCKED(int, REAL(rename)(from, to), record_name("rename", from, to));
}

int unlink(const char *path) {
  if (!is_ours(path)) return REAL(unlink)(path);
  FAIL_IF("unlink", path);
  LOCKED(int, REAL(unlink)(path), record_name("unlink", path, ""));
}

int mkdir(const char *path, mode_t mode) {
  if (!is_ours(path)) return REAL(mkdir)(path, mode);
  FAIL_IF("mkdir", path);
  LOCKED(int, REAL(mkdir)(path, mode), record_name("mkdir", path, ""));
}

int rmdir(const char *path) {
  if (!is_ours(path)) return REAL(rmdir)(path);
  FAIL_IF("rmdir", path);
  LOCKED(int, REAL(rmdir)(path), record_name("rmdir", path, ""));
}
