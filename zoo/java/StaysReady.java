/** Defect: readiness says yes to the end. */
final class StaysReady extends Shop {
  public static void main(String[] args) throws Exception {
    new StaysReady().sail();
  }

  @Override
  boolean isReady() {
    return true;
  }
}
