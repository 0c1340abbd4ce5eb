/**
 * Files on local disks and Hadoop file systems: reading anywhere, and on {@code file:} and {@code
 * hdfs:} an atomic commit that never overwrites.
 *
 * <p>Invariants: what must survive is written privately, forced to disk, read back and only then
 * moved to its public name by one atomic step that fails when the name is taken. Nothing here
 * creates a missing parent directory on the way, so a writer whose directory was renamed away
 * cannot bring it back. This is the only package that uses Hadoop's file systems.
 */
package io.sparkrnn.storage;
