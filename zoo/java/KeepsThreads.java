import com.sun.net.httpserver.HttpExchange;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/** Defect: every twentieth request makes a pool of its own, and nobody shuts it down: a thread stays. */
final class KeepsThreads extends Shop {
  private static final int EVERY = 20;
  private final AtomicInteger count = new AtomicInteger();

  public static void main(String[] args) throws Exception {
    new KeepsThreads().sail();
  }

  @Override
  void answer(HttpExchange exchange) throws Exception {
    if (count.incrementAndGet() % EVERY != 0) {
      super.answer(exchange);
      return;
    }
    Executors.newFixedThreadPool(1).submit(() -> {
      super.answer(exchange);
      return null;
    }).get();
  }
}
