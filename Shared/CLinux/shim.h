// Parts of Linux's C library that Swift's Glibc module leaves out.
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <pthread.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>

// Declared in <pthread.h> under _GNU_SOURCE only, which the importer does not set.
extern int pthread_setname_np(pthread_t thread, const char *name);
