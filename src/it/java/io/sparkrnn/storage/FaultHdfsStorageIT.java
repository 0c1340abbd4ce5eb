package io.sparkrnn.storage;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparkrnn.faults.FaultHdfs;
import io.sparkrnn.faults.FaultPlan;
import java.lang.reflect.Method;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.InvocationInterceptor;
import org.junit.jupiter.api.extension.ReflectiveInvocationContext;
import org.junit.jupiter.api.extension.RegisterExtension;

/** While it only counts, the instrument keeps all that holds on HDFS. */
class FaultHdfsStorageIT extends HdfsStorageIT {
  private static int operations;

  @RegisterExtension
  final InvocationInterceptor counting =
      new InvocationInterceptor() {
        @Override
        public void interceptTestMethod(
            Invocation<Void> test,
            ReflectiveInvocationContext<Method> method,
            ExtensionContext context)
            throws Throwable {
          FaultPlan plan = FaultPlan.below(directory());
          plan.run(test::proceed);
          operations += plan.operations().size();
        }
      };

  @Override
  Storage newStorage() {
    return Storage.of(FaultHdfs.PROPERTIES);
  }

  @AfterAll
  static void expectThatTheInstrumentWasUsed() {
    assertThat(operations).isPositive();
  }
}
