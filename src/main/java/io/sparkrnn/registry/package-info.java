/**
 * Versions of a model, which of them is current, and how that came about: a log of numbered
 * entries, and the models beside it.
 *
 * <p>Invariants: an entry's publishing, which refuses a taken number, is the one point at which
 * anything changes; the newest entry is the whole state. A version's file is there before the entry
 * that introduces it, under that entry's number, so files that no entry names are told by number
 * and not by age. Versions are deleted only after an entry has said so. Clocks are never compared.
 */
package io.sparkrnn.registry;
