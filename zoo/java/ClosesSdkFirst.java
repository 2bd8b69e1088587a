/** Defect: its hooks run in the wrong order: telemetry has ended when the last requests are answered. */
final class ClosesSdkFirst extends Shop {
  public static void main(String[] args) throws Exception {
    new ClosesSdkFirst().sail();
  }

  @Override
  void stop() {
    telemetry.stop(FLUSH_MS);
    super.stop();
  }
}
