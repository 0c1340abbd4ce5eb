package io.sparkrnn.checkpoint;

import java.time.Duration;

/**
 * How a process shows that it lives, and when it believes that another does not.
 *
 * @param owner this process
 * @param heartbeat between two of its heartbeats
 * @param takeover for how long another's heartbeat must stand still, on this process's own clock,
 *     before its run directory is taken over; three of the other's heartbeats at least
 */
public record Ownership(Owner owner, Duration heartbeat, Duration takeover, MonotonicClock clock) {}
