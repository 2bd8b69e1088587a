/** Golden: nothing is wrong with it. */
final class Golden extends Shop {
  public static void main(String[] args) throws Exception {
    new Golden().sail();
  }
}
