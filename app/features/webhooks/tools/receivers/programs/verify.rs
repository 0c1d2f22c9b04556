use base64::prelude::{BASE64_STANDARD, Engine};
use http::HeaderMap;

type Verify = fn(&str, &[u8], &HeaderMap) -> bool;

fn standardwebhooks(secret: &str, body: &[u8], headers: &HeaderMap) -> bool {
    let receiver = standardwebhooks::Webhook::new(secret).expect("a secret");
    receiver.verify(body, headers).is_ok()
}

fn svix(secret: &str, body: &[u8], headers: &HeaderMap) -> bool {
    let receiver = svix::webhooks::Webhook::new(secret).expect("a secret");
    receiver.verify(body, headers).is_ok()
}

fn verifies(verify: Verify, line: &str) -> char {
    let fields: Vec<&str> = line.split('\t').collect();
    let mut headers = HeaderMap::new();
    for (name, value) in [
        ("webhook-id", fields[1]),
        ("webhook-timestamp", fields[2]),
        ("webhook-signature", fields[3]),
    ] {
        headers.insert(name, value.parse().expect("a value of a header"));
    }
    let body = BASE64_STANDARD.decode(fields[4]).expect("base64");
    if verify(fields[0], &body, &headers) { '1' } else { '0' }
}

fn main() {
    let cases = std::fs::read_to_string("cases.tsv").expect("cases");
    let libraries: [(&str, Verify); 2] = [("standardwebhooks", standardwebhooks), ("svix", svix)];
    for (name, verify) in libraries {
        let verdicts: String = cases.lines().map(|line| verifies(verify, line)).collect();
        println!("{name} {verdicts}");
    }
}
