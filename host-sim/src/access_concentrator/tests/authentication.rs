//! Who gets through, by PAP (RFC 1334) and by CHAP (RFC 1994).

use std::time::Duration;

use super::super::{Authentication, Phase, Reason, Settings};
use super::{ADDRESS, Line, Ppp, control, counted, ppp, protocol};

fn pap() -> Settings {
    Settings {
        authentication: Authentication::Pap,
        ..Settings::default()
    }
}

/// What is said of these words, and how the session stands then.
fn answer(settings: Settings, name: &str, password: &str) -> (Vec<Ppp>, Option<Phase>) {
    let mut line = Line::new(settings);
    let asked = line.establish();
    let said = line.log_in(&asked, name, password);
    let phase = line
        .concentrator
        .sessions()
        .first()
        .map(|session| session.phase);
    let ended = phase.is_none().then_some((1, Reason::WrongPassword));
    assert_eq!(line.concentrator.next_ended(), ended);
    (said, phase)
}

#[test]
fn a_challenge_is_passed_with_the_name_and_the_secret_and_nothing_else() {
    let (said, phase) = answer(Settings::default(), "customer", "secret");
    assert_eq!(phase, Some(Phase::Network));
    assert_eq!((said[0].0, said[0].1[0]), (protocol::CHAP, 3));
    for (name, password) in [("customer", "Secret"), ("stranger", "secret"), ("", "")] {
        let (said, phase) = answer(Settings::default(), name, password);
        assert_eq!(phase, None, "{name} {password}");
        assert_eq!((said[0].0, said[0].1[0]), (protocol::CHAP, 4));
        assert_eq!(said[1].1[0], control::TERMINATE_REQUEST);
    }
}

#[test]
fn a_password_in_clear_text_is_passed_with_the_name_and_the_secret_and_nothing_else() {
    let (said, phase) = answer(pap(), "customer", "secret");
    assert_eq!(phase, Some(Phase::Network));
    assert_eq!(said[0], ppp(protocol::PAP, 2, 9, &counted("Welcome")));
    for (name, password) in [("customer", "Secret"), ("stranger", "secret"), ("", "")] {
        let (said, phase) = answer(pap(), name, password);
        assert_eq!(phase, None, "{name} {password}");
        assert_eq!(said[0], ppp(protocol::PAP, 3, 9, &counted("Who are you?")));
        assert_eq!(said[1].1[0], control::TERMINATE_REQUEST);
    }
}

#[test]
fn the_other_protocol_another_question_and_half_an_answer_are_none() {
    let mut line = Line::new(Settings::default());
    let asked = line.establish();
    let identifier = asked[0].1[1];
    let password = [counted("customer"), counted("secret")].concat();
    assert!(line.control(protocol::PAP, 1, 9, &password).is_empty());
    let response = [&[16], &[0; 16][..], b"customer"].concat();
    let chap = protocol::CHAP;
    assert!(line.control(chap, 2, identifier + 1, &response).is_empty());
    assert!(line.control(chap, 1, identifier, &response).is_empty());
    assert!(
        line.control(chap, 2, identifier, &response[..16])
            .is_empty()
    );
    assert_eq!(line.concentrator.sessions()[0].phase, Phase::Authenticate);
    let mut line = Line::new(pap());
    line.establish();
    assert!(
        line.control(protocol::PAP, 1, 9, &password[..12])
            .is_empty()
    );
    assert!(line.control(protocol::PAP, 2, 9, &password).is_empty());
    assert!(line.control(chap, 2, 9, &response).is_empty());
    assert_eq!(line.concentrator.sessions()[0].phase, Phase::Authenticate);
}

#[test]
fn before_lcp_is_open_nobody_is_asked_and_no_password_is_heard() {
    let mut line = Line::new(pap());
    line.discover(&[]);
    line.packets();
    let password = [counted("customer"), counted("secret")].concat();
    assert!(line.control(protocol::PAP, 1, 9, &password).is_empty());
    assert_eq!(line.concentrator.sessions()[0].phase, Phase::Establish);
}

#[test]
fn who_never_says_who_it_is_is_asked_ten_times_and_then_sent_away() {
    for (settings, questions) in [(Settings::default(), 9), (pap(), 0)] {
        let mut line = Line::new(Settings {
            echo_interval_ms: 1_000_000,
            ..settings
        });
        line.establish();
        let mut asked = 0;
        for _ in 0..9 {
            assert!(line.wait(Duration::from_millis(2999)).is_empty());
            asked += line.wait(Duration::from_millis(1)).len();
        }
        assert_eq!(asked, questions);
        let said = line.wait(Duration::from_secs(3));
        assert_eq!(said[0].1[0], control::TERMINATE_REQUEST);
        let ended = line.concentrator.next_ended();
        assert_eq!(ended, Some((1, Reason::WrongPassword)));
    }
}

#[test]
fn who_has_passed_gets_the_same_answer_again_and_no_second_start() {
    let mut line = Line::new(pap());
    line.dial();
    let again = line.log_in(&[], "customer", "secret");
    assert_eq!(again, [ppp(protocol::PAP, 2, 9, &counted("Welcome"))]);
    assert_eq!(line.concentrator.sessions()[0].ipv4, Some(ADDRESS.into()));
    line.log_in(&[], "customer", "guess");
    assert!(line.concentrator.sessions().is_empty());
}
