//! The parser of firewall rules, on any text: it answers, what it refuses is a word that is there, and what it takes it
//! takes again and can explain.

#![no_main]

use fuzz::Share;
use host_sim::rules::Rule;
use host_sim::rules::explain::explain;
use libfuzzer_sys::fuzz_target;

static PAST_THE_FIRST_WORD: Share = Share::new();

fuzz_target!(|data: &[u8]| {
    let text = String::from_utf8_lossy(data);
    let is_deep = match Rule::parse(&text) {
        Ok(rule) => {
            assert_eq!(Rule::parse(rule.text()).as_ref(), Ok(&rule));
            assert!(!explain(&rule, Some(1492)).sentence.is_empty());
            true
        }
        Err(refused) => {
            assert_eq!(
                text.get(refused.at()),
                Some(refused.word()),
                "the word is there"
            );
            assert!(!refused.why().is_empty());
            refused.at().start > 0
        }
    };
    PAST_THE_FIRST_WORD.count(is_deep);
});
