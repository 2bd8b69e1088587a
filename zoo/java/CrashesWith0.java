/** Defect: the handler of what nobody caught ends with 0: for its platform, all is well. */
final class CrashesWith0 extends Shop {
  public static void main(String[] args) throws Exception {
    new CrashesWith0().sail();
  }

  @Override
  void crash(Throwable error) {
    endWith(error, 0);
  }
}
