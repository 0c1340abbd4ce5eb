package io.sparkrnn;

import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/** Of tests that run with {@code -Dproof=full} only. */
@Retention(RetentionPolicy.RUNTIME)
@EnabledIfSystemProperty(
    named = "proof",
    matches = "full",
    disabledReason = "runs with -Dproof=full only")
public @interface FullProof {}
