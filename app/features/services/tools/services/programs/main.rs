mod verifier;

use std::io::{self, BufRead};

fn main() {
    let given: Vec<String> = std::env::args().collect();
    let mut verifier = verifier::Verifier::new(&given[2], &given[3]).expect("a verifier");
    for line in io::stdin().lock().lines() {
        match verifier.verify(&line.expect("a line")) {
            Ok(claims) => {
                let text = |name: &str| claims[name].as_str().unwrap_or("?").to_owned();
                println!("accepted {} {} {}", text("sub"), text("organization"), text("role"));
            }
            Err(error) => println!("refused {}", error.to_string().replace('\n', " ")),
        }
    }
}
