/**
 * Instruments that make file systems fail, freeze, lie and forget below one directory, under the
 * unchanged production code: {@link io.sparkrnn.faults.FaultFileSystem} for local disks and {@link
 * io.sparkrnn.faults.FaultHdfs} for HDFS count every operation, and {@link
 * io.sparkrnn.faults.FaultPlan} says what happens at which.
 *
 * <p>What they do not see: files opened through {@code java.io}, other processes, and the data
 * nodes' disks.
 */
package io.sparkrnn.faults;
