import java.net.http.HttpHeaders;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

public class Verify {
    interface Library {
        void verify(String secret, String body, HttpHeaders headers) throws Exception;
    }

    static String verifies(Library library, String line) {
        String[] fields = line.split("\t");
        HttpHeaders headers =
                HttpHeaders.of(
                        Map.of(
                                "webhook-id", List.of(fields[1]),
                                "webhook-timestamp", List.of(fields[2]),
                                "webhook-signature", List.of(fields[3])),
                        (name, value) -> true);
        String body = new String(Base64.getDecoder().decode(fields[4]), StandardCharsets.UTF_8);
        try {
            library.verify(fields[0], body, headers);
            return "1";
        } catch (com.standardwebhooks.exceptions.WebhookVerificationException
                | com.svix.exceptions.WebhookVerificationException refused) {
            return "0";
        } catch (Exception other) {
            throw new RuntimeException(other);
        }
    }

    public static void main(String[] arguments) throws Exception {
        List<String> cases = Files.readAllLines(Path.of("cases.tsv"));
        Map<String, Library> libraries =
                Map.of(
                        "standardwebhooks",
                        (secret, body, headers) -> new com.standardwebhooks.Webhook(secret).verify(body, headers),
                        "svix",
                        (secret, body, headers) -> new com.svix.Webhook(secret).verify(body, headers));
        libraries.forEach(
                (name, library) ->
                        System.out.println(
                                name
                                        + " "
                                        + cases.stream()
                                                .map(line -> verifies(library, line))
                                                .collect(Collectors.joining())));
    }
}
