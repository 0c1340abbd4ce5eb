package io.sparkrnn.storage;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import org.apache.hadoop.hdfs.protocol.DSQuotaExceededException;
import org.apache.hadoop.ipc.RemoteException;
import org.apache.hadoop.security.AccessControlException;
import org.junit.jupiter.api.Test;

class StorageFailuresTest {
  private static final URI WHERE = URI.create("hdfs://host/a");

  @Test
  void deniedPermissionsAreTyped() {
    assertThat(translate(new AccessDeniedException("/a")))
        .isInstanceOf(PermissionDeniedException.class)
        .hasMessage("Cannot write hdfs://host/a: permission denied");
    assertThat(translate(new AccessControlException("Permission denied: user=eve\n\tat stack")))
        .isInstanceOf(PermissionDeniedException.class)
        .hasMessage("Cannot write hdfs://host/a: permission denied: user=eve");
    assertThat(
            translate(
                new RemoteException(AccessControlException.class.getName(), "Permission denied")))
        .isInstanceOf(PermissionDeniedException.class)
        .hasMessage("Cannot write hdfs://host/a: permission denied");
  }

  @Test
  void fullDisksAreNamed() {
    assertThat(translate(new IOException("No space left on device")))
        .hasMessage("Cannot write hdfs://host/a: no space left on the device");
    assertThat(translate(new FileSystemException("/a", null, "No space left on device")))
        .hasMessage("Cannot write hdfs://host/a: no space left on the device");
    assertThat(translate(new DSQuotaExceededException("of /a is 3")))
        .hasMessageStartingWith("Cannot write hdfs://host/a: no space left under the quota (");
  }

  @Test
  void dataNodesThatAreAwayAreNotTakenForAFullDisk() {
    String reason =
        "File /a could only be written to 0 of the 1 minReplication nodes. There are 0 datanode(s) running";
    assertThat(
            translate(new RemoteException(IOException.class.getName(), reason + ".\n\tat stack")))
        .hasMessage(
            "Cannot write hdfs://host/a: no data node has room for it or none answers (%s.)"
                .formatted(reason));
  }

  @Test
  void unknownHostsAreNamed() {
    assertThat(translate(new UnknownHostException("host")))
        .hasMessage("Cannot write hdfs://host/a: unknown host host");
  }

  @Test
  void portsWhereNobodyListensAreNamed() {
    assertThat(translate(new ConnectException("Call From a to b:1 failed; For more details see")))
        .hasMessage("Cannot write hdfs://host/a: nobody answers there (connection refused)");
  }

  @Test
  void anythingElseGivesItsFirstLineAndItsCause() {
    IOException cause = new IOException("first\nsecond");

    assertThat(translate(cause)).hasMessage("Cannot write hdfs://host/a: first").hasCause(cause);
    assertThat(translate(new IOException())).hasMessage("Cannot write hdfs://host/a: IOException");
  }

  private static StorageException translate(IOException failure) {
    return StorageFailures.translate("write", WHERE, failure);
  }
}
