package io.sparkrnn.spark.shards;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.Optional;
import java.util.zip.CRC32C;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * What stands behind a record's bytes, so that a reader knows whether they are those that were
 * written, at that place. For one thread at a time.
 */
interface RecordSeal {
  /** Of the salt that makes the keys of two files different. */
  int SALT_BYTES = 16;

  /** Bytes that a sealed record has more. */
  int overhead();

  /** Appends the sealed record of what remains in a buffer. */
  void seal(int number, ByteBuffer record, ByteBuffer sealed);

  /** Appends the record that remains sealed in a buffer; false if it is not the one written. */
  boolean open(int number, ByteBuffer sealed, ByteBuffer record);

  /**
   * One of a file.
   *
   * @param key by which Spark encrypts its local files, where it does
   */
  static RecordSeal of(Optional<byte[]> key, byte[] salt) {
    return key.<RecordSeal>map(given -> new Encryption(given, salt)).orElseGet(Checksum::new);
  }

  /** A checksum of the record and its number. */
  final class Checksum implements RecordSeal {
    @Override
    public int overhead() {
      return Integer.BYTES;
    }

    @Override
    public void seal(int number, ByteBuffer record, ByteBuffer sealed) {
      int checksum = of(number, record.duplicate());
      sealed.put(record).putInt(checksum);
    }

    @Override
    public boolean open(int number, ByteBuffer sealed, ByteBuffer record) {
      ByteBuffer content = sealed.slice(sealed.position(), sealed.remaining() - overhead());
      sealed.position(sealed.position() + content.remaining());
      record.put(content.duplicate());
      return sealed.getInt() == of(number, content);
    }

    private static int of(int number, ByteBuffer record) {
      CRC32C checksum = new CRC32C();
      checksum.update(ByteBuffer.allocate(Integer.BYTES).putInt(number).flip());
      checksum.update(record);
      return (int) checksum.getValue();
    }
  }

  /** AES in Galois/counter mode, by a key of the file alone and the record's number. */
  final class Encryption implements RecordSeal {
    private static final int NONCE_BYTES = 12;
    private static final int TAG_BYTES = 16;

    private final SecretKeySpec key;
    private final Cipher cipher;

    private Encryption(byte[] sparkKey, byte[] salt) {
      try {
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(sparkKey, "HmacSHA256"));
        key = new SecretKeySpec(Arrays.copyOf(mac.doFinal(salt), sparkKey.length), "AES");
        cipher = Cipher.getInstance("AES/GCM/NoPadding");
      } catch (GeneralSecurityException e) {
        throw new IllegalStateException("every Java platform has AES", e);
      }
    }

    @Override
    public int overhead() {
      return TAG_BYTES;
    }

    @Override
    public void seal(int number, ByteBuffer record, ByteBuffer sealed) {
      try {
        run(Cipher.ENCRYPT_MODE, number, record, sealed);
      } catch (GeneralSecurityException e) {
        throw new IllegalStateException("a record could not be encrypted", e);
      }
    }

    @Override
    public boolean open(int number, ByteBuffer sealed, ByteBuffer record) {
      try {
        run(Cipher.DECRYPT_MODE, number, sealed, record);
        return true;
      } catch (GeneralSecurityException e) {
        return false;
      }
    }

    private void run(int mode, int number, ByteBuffer from, ByteBuffer to)
        throws GeneralSecurityException {
      byte[] nonce = ByteBuffer.allocate(NONCE_BYTES).putInt(number).array();
      cipher.init(mode, key, new GCMParameterSpec(8 * TAG_BYTES, nonce));
      cipher.doFinal(from, to);
    }
  }
}
