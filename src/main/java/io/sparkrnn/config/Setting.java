package io.sparkrnn.config;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Makes a key of a component of a section's record: name, type and value are the component's, the
 * default is in {@code conf/spark-rnn.conf}.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.RECORD_COMPONENT)
@interface Setting {
  /** One sentence, with the unit where there is one. */
  String value();

  /** The option of the command line; empty: two dashes and the key's name. */
  String flag() default "";

  /** Stands for a text in a command's usage. */
  String label() default "";

  /** Whether a text must say something. */
  boolean required() default false;

  /** The texts that are allowed beside none; none of them: any. */
  String[] texts() default {};

  /** Whether a text may have line breaks and tabs, as programs do. */
  boolean lines() default false;

  double min() default Double.NEGATIVE_INFINITY;

  /** The same without the bound itself, as {@link #below}. */
  double above() default Double.NEGATIVE_INFINITY;

  double max() default Double.POSITIVE_INFINITY;

  double below() default Double.POSITIVE_INFINITY;

  /**
   * Whether {@code auto} is allowed, too, for a number that follows from other settings: NaN, or of
   * whole numbers -1.
   */
  boolean auto() default false;

  /**
   * Whether a resumed run may have another value: it cannot be seen in the parameters, or it names
   * files, whose content is compared.
   */
  boolean free() default false;
}
