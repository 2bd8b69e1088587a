import io.opentelemetry.api.trace.Span;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Instant;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;

/** The log: a line of JSON each, with the trace it belongs to. Whoever writes one never waits for whoever reads. */
final class Lines {
  /** More are dropped: a reader that does not read must not fill the memory. */
  private static final int MOST = 10_000;
  private static final String END = "";
  private final BlockingQueue<String> queue = new ArrayBlockingQueue<>(MOST);
  private final PrintStream out = System.out;
  private final boolean isDebug = "debug".equalsIgnoreCase(System.getenv("LOG_LEVEL"));
  private final boolean isQuiet = "error".equalsIgnoreCase(System.getenv("LOG_LEVEL"));
  private final Thread writer = new Thread(this::write, "log");

  Lines() {
    writer.setDaemon(true);
    writer.start();
  }

  /** Names and values by turns. */
  void info(String message, String... fields) {
    if (!isQuiet) add("info", message, fields);
  }

  void debug(String message, String... fields) {
    if (isDebug) add("debug", message, fields);
  }

  void error(String message, Throwable error) {
    var stack = new StringWriter();
    error.printStackTrace(new PrintWriter(stack));
    add("error", message, "error", stack.toString());
  }

  /** Waits until all of it is written. */
  void stop() throws InterruptedException {
    queue.put(END);
    writer.join();
  }

  private void add(String level, String message, String... fields) {
    var line = new StringBuilder("{\"time\":\"" + Instant.now() + "\"");
    put(line, "level", level);
    put(line, "msg", message);
    for (int at = 0; at < fields.length; at += 2) put(line, fields[at], fields[at + 1]);
    var context = Span.current().getSpanContext();
    if (context.isValid()) {
      put(line, "trace_id", context.getTraceId());
      put(line, "span_id", context.getSpanId());
    }
    queue.offer(line.append("}\n").toString());
  }

  private static void put(StringBuilder line, String name, String value) {
    line.append(",\"").append(name).append("\":\"");
    for (char each : value.toCharArray()) {
      if (each == '"' || each == '\\') line.append('\\').append(each);
      else if (each < ' ') line.append(String.format("\\u%04x", (int) each));
      else line.append(each);
    }
    line.append('"');
  }

  private void write() {
    try {
      for (String line = queue.take(); !line.equals(END); line = queue.take()) out.print(line);
      out.flush();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
