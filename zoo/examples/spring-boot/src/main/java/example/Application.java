// Follows the page "Graceful Shutdown" of the Spring Boot reference
// (https://docs.spring.io/spring-boot/reference/web/graceful-shutdown.html, read 2026-11-23): it is on by default, and the
// time that it may take is configured in application.properties. Written for this trial; the text of the page is not copied.
package example;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

@SpringBootApplication
@RestController
public class Application {
    public static void main(String[] args) {
        SpringApplication.run(Application.class, args);
    }

    @GetMapping("/")
    String root() {
        return "ok";
    }

    @GetMapping("/slow")
    String slow() throws InterruptedException {
        Thread.sleep(600);
        return "late";
    }
}
