package io.sparkrnn;

import static org.junit.platform.engine.TestExecutionResult.Status.SUCCESSFUL;
import static org.junit.platform.engine.discovery.ClassNameFilter.includeClassNamePatterns;

import java.io.PrintWriter;
import java.util.Map;
import java.util.TreeMap;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.engine.support.descriptor.MethodSource;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;
import org.junit.platform.launcher.listeners.TestExecutionSummary;

/**
 * A program that runs the tests of a package whose class names match a pattern, prints for each
 * class how many have passed, and how many were skipped or given up, and ends with 1 when one has
 * failed: for JVMs that are started otherwise than Maven starts its own.
 */
public final class SelectedTests {
  private SelectedTests() {}

  public static void main(String[] args) {
    LauncherDiscoveryRequest tests =
        LauncherDiscoveryRequestBuilder.request()
            .selectors(DiscoverySelectors.parse(args[0]).orElseThrow())
            .filters(includeClassNamePatterns(args[1]))
            .build();
    SummaryGeneratingListener summary = new SummaryGeneratingListener();
    Passed passed = new Passed(new TreeMap<>());
    LauncherFactory.create().execute(tests, summary, passed);
    passed.byClass.forEach((name, count) -> System.out.println("passed " + name + " " + count));
    System.out.println("not run " + notRun(summary.getSummary()));
    PrintWriter out = new PrintWriter(System.out, true);
    summary.getSummary().printFailuresTo(out);
    System.exit(summary.getSummary().getTotalFailureCount() == 0 ? 0 : 1);
  }

  private static long notRun(TestExecutionSummary summary) {
    return summary.getContainersSkippedCount()
        + summary.getContainersAbortedCount()
        + summary.getTestsSkippedCount()
        + summary.getTestsAbortedCount();
  }

  private record Passed(Map<String, Integer> byClass) implements TestExecutionListener {
    @Override
    public void executionFinished(TestIdentifier test, TestExecutionResult result) {
      if (test.isTest() && result.getStatus() == SUCCESSFUL) {
        // The class that runs: an inherited method is the subclass's test, too.
        String name =
            ((MethodSource) test.getSource().orElseThrow()).getJavaClass().getSimpleName();
        byClass.merge(name, 1, Integer::sum);
      }
    }
  }
}
