// Parts of Linux's C library that Swift's Glibc module leaves out.
#include <malloc.h>
#include <pthread.h>
#include <sched.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>

// <pthread.h> declares it under _GNU_SOURCE only. Defining that here would give fd_set another shape than it has in
// every other module.
extern int pthread_setname_np(pthread_t thread, const char *name);

// Of <sched.h>, hidden for the same reason.
#ifndef SCHED_BATCH
#define SCHED_BATCH 3
#endif
