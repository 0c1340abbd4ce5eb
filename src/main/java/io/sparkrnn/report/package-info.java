/**
 * What people look at after a run: pages of HTML that open without a network.
 *
 * <p>A page is a pure function of what a run has recorded ({@code result.json}, its configuration)
 * and of the samples that it shows. It has no time of its own in it, so the same records give the
 * same bytes.
 */
package io.sparkrnn.report;
