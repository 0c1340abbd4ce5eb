/**
 * Models as files: our own data-only format and others', written and read. Also the files of events
 * that TensorBoard shows.
 */
package io.sparkrnn.export;
