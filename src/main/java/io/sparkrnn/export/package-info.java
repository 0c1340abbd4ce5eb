/** Models as files: our own data-only format and others', written and read. */
package io.sparkrnn.export;
