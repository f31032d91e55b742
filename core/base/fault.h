/* fault.h - instants at which the crash campaign lets the program die or its disk fail.
 *
 * Nothing of it is in a build without CLOUDIFY_FAULTS. In one with it the environment says what is
 * to happen:
 *   CLOUDIFY_FAULT         `PROGRAM POINT N ACTION TOKEN`: in PROGRAM, at the N-th time that it
 *                          comes to POINT (`time`: N microseconds after its start), but only if it
 *                          is the one that can remove the file TOKEN; several with `;` in between
 *   CLOUDIFY_FAULT_COUNTS  a file to which a program adds how often it came to each point
 */
#ifndef CLOUDIFY_BASE_FAULT_H
#define CLOUDIFY_BASE_FAULT_H

#ifdef CLOUDIFY_FAULTS

enum fault_action {
    FAULT_NONE,
    FAULT_KILL,      /* the program kills itself */
    FAULT_KILL_ALL,  /* and first its child processes */
    FAULT_FULL,      /* writes fail as on a full disk, from then on */
    FAULT_READ_ONLY, /* likewise */
    FAULT_BROKEN,    /* likewise, with EIO */
};

/** Count that the program has come to the point `name`: what is to happen there. */
enum fault_action fault_hit(const char *name);
/** For FAULT_KILL and FAULT_KILL_ALL, which do not return; for others nothing happens. */
void fault_die(enum fault_action action);
/** What is wrong with the disk since a fault struck: ENOSPC, EROFS, EIO; or 0. */
int fault_disk(void);
/** Come to the point `name`, and fail there once: errno is set, and returned; or 0. */
int fault_errno(const char *name);

#define FAULT_POINT(name) fault_die(fault_hit(name))
#define FAULT_ERRNO(name) fault_errno(name)

#else

#define FAULT_POINT(name) ((void)0)
#define FAULT_ERRNO(name) 0

#endif

#endif
