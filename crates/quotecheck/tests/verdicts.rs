//! What is said of a quotation, told case by case.

use quotecheck::{
    ChangeKind, Cut, Finding, Options, Part, Reason, Source, Standing, Verdict, Voice, WordKind,
};

const HARBOUR: &str = "The harbour board met on Tuesday. “We will open the new ferry terminal in May,” said \
    the harbour master, “unless the dredging is late.” It is not a luxury, she added, but the only way to keep the \
    islands supplied through the winter. All members of the board voted for the plan. Nobody asked what it costs. \
    The terminal will cost 1,250,000 crowns, and 3.5 percent of that is set aside for the old lighthouse. \
    Does the lighthouse need so much? The library of the port opens again in autumn.";

fn check(quotation: &str, expect: Verdict) -> Finding {
    let finding = Source::new(HARBOUR).find(quotation);
    assert_eq!(finding.verdict, expect, "{quotation}\n{finding:#?}");
    finding
}

fn check_material(quotation: &str, reason: Reason) {
    let finding = check(quotation, Verdict::Altered);
    assert!(finding.material, "{quotation}\n{finding:#?}");
    assert!(finding.changes.iter().any(|change| change.reason == reason), "{quotation}\n{finding:#?}");
}

fn check_slight(quotation: &str) {
    let finding = check(quotation, Verdict::Altered);
    assert!(!finding.material, "{quotation}\n{finding:#?}");
}

#[test]
fn capitals_of_a_headline_and_noughts_of_a_price_weigh_nothing() {
    let source = "THE FERRY WILL NOT SAIL IN MAY. A ticket of the US line costs 5.00 crowns and tells us of 1.000 ships.";
    let check = |quotation: &str, material: bool| {
        let finding = Source::new(source).find(quotation);
        assert_eq!(
            (finding.verdict, finding.material),
            (Verdict::Altered, material),
            "{quotation}\n{finding:#?}"
        );
    };
    check("The ferry will not sail in May", false);
    check("The ferry will sail in May", true);
    check("A ticket of the US line costs 5 crowns", false);
    check("A ticket of the us line costs 5.00 crowns", true);
    check("costs 5.00 crowns and tells us of 1 ships", true);
}

#[test]
fn four_words_that_say_the_opposite_are_altered() {
    let source = "The lamp was not lit on Tuesday. The ferry was late, and it wasn't full. A crossing seemed impossible then.";
    let check = |quotation: &str, expect: Verdict| {
        let finding = Source::new(source).find(quotation);
        let material = expect == Verdict::Altered;
        assert_eq!((finding.verdict, finding.material), (expect, material), "{quotation}\n{finding:#?}");
    };
    for opposite in [
        "the lamp was lit",
        "The lamp was lit on Tuesday",
        "was lit on Tuesday",
        "ferry was not late",
        "and it was full",
        "A crossing seemed possible",
    ] {
        check(opposite, Verdict::Altered);
    }
    // Another word in the place of one is another sentence.
    for other in [
        "the lamp was blue",
        "the lamp is lit",
        "the ferry was lit",
        "the lamp was never",
        "a ferry seemed full",
    ] {
        check(other, Verdict::NotFound);
    }
}

#[test]
fn the_same_words_are_verbatim_whatever_marks_they_wear() {
    check("All members of the board voted for the plan.", Verdict::Verbatim);
    check("\"We will open the new ferry terminal in May\"", Verdict::Verbatim);
    check("all members of the board – voted for the plan", Verdict::Verbatim);
    check("All members\u{A0}of the bo\u{AD}ard, voted for the plan", Verdict::Verbatim);
    check("Does the lighthouse need so much?", Verdict::Verbatim);
    check(
        "All members of the board voted for the plan 🎉 [1] (https://example.org/board)",
        Verdict::Verbatim,
    );
}

#[test]
fn a_cut_is_told_and_is_material_beside_a_word_that_turns_the_sense() {
    let finding = check("keep the islands supplied through the winter", Verdict::Verbatim);
    assert_eq!(finding.cut, Cut::Start);
    let finding = check("The terminal will cost 1,250,000 crowns", Verdict::Verbatim);
    assert_eq!(finding.cut, Cut::End);
    check_material("a luxury, she added", Reason::Negation);
    check_material("members of the board voted for the plan", Reason::Quantifier);
    check_material("way to keep the islands supplied", Reason::Quantifier);
    check_material("asked what it costs", Reason::Negation);
}

#[test]
fn a_changed_word_is_material_unless_it_is_slight() {
    check_material("All members of the board voted against the plan.", Reason::Content);
    check_material("Some members of the board voted for the plan.", Reason::Quantifier);
    check_material("We may open the new ferry terminal in May", Reason::Modal);
    check_material("We will open the new ferry terminal in June", Reason::Name);
    check_material("The terminal will cost 1,350,000 crowns", Reason::Number);
    check_material("and 35 percent of that is set aside for the old lighthouse", Reason::Number);
    check_material(
        "It is a luxury, she added, but the only way to keep the islands supplied",
        Reason::Negation,
    );
    check_material("The lighthouse does need so much", Reason::Content);
    check_slight("The harbor board met on Tuesday.");
    check_slight("All members of the board vote for the plan.");
    check_slight("All members of the board, um, voted for the plan.");
    check_slight("All members of the board voted for the plan!");
}

#[test]
fn a_clause_left_out_silently_is_told_however_long_it_is() {
    let rules = Source::new(
        "The room opens at ten. Visitors are asked to wipe their shoes, if it rains, and to close the door. \
         Nobody who has paid for the year, or who has worked here for more than a month as a volunteer, has to show a card.",
    );
    for (quotation, left_out) in [
        ("Visitors are asked to close the door", "if it rains"),
        ("Nobody who has paid for the year has to show a card", "volunteer"),
    ] {
        let finding = rules.find(quotation);
        assert_eq!(finding.verdict, Verdict::Altered, "{quotation}\n{finding:#?}");
        assert!(finding.material, "{quotation}\n{finding:#?}");
        let told = finding.changes.iter().any(|change| change.source.contains(left_out));
        assert!(told, "{quotation}\n{finding:#?}");
    }
    for elsewhere in
        ["The room has to close the door", "Nobody opens the door at ten", "Visitors are asked for a card"]
    {
        assert_ne!(rules.find(elsewhere).verdict, Verdict::Altered, "{elsewhere}");
    }
}

#[test]
fn marked_omissions_and_insertions_are_honest() {
    check("We will open the new ferry terminal … unless the dredging is late.", Verdict::Elided);
    check("We will open the new ferry terminal [...] unless the dredging is late.", Verdict::Elided);
    let finding = check("[The board] will open the new ferry terminal in May", Verdict::Elided);
    assert!(!finding.material);
    let finding =
        check("the only way to keep [Skerry and Holm] supplied through the winter", Verdict::Elided);
    assert_eq!(
        (finding.changes[0].quote.as_str(), finding.changes[0].source.as_str()),
        ("Skerry and Holm", "the islands")
    );
    check("[t]he harbour board met on Tuesday", Verdict::Verbatim);
    let turned = check("It is … a luxury, she added", Verdict::Elided);
    assert!(turned.material, "the ellipsis hides a negation");
}

#[test]
fn parts_from_different_places_are_spliced() {
    check(
        "The harbour board met on Tuesday. The library of the port opens again in autumn.",
        Verdict::Spliced,
    );
    check(
        "The library of the port opens again in autumn … The harbour board met on Tuesday.",
        Verdict::Spliced,
    );
}

#[test]
fn what_is_not_there_is_not_found() {
    check("The tram line to the upper town closes for repairs next week", Verdict::NotFound);
    check("Членам совета понравился новый план гавани", Verdict::OtherLanguage);
    check("Alle Mitglieder des Hafenrates stimmten gestern für den neuen Plan", Verdict::OtherLanguage);
    check("the harbour", Verdict::TooShort);
    check("the old lighthouse", Verdict::Verbatim);
    check("", Verdict::TooShort);
    check("…", Verdict::TooShort);
}

#[test]
fn the_place_is_told_in_characters_and_in_bytes() {
    let finding = check("unless the dredging is late", Verdict::Verbatim);
    let span = finding.spans[0];
    assert_eq!(&HARBOUR[span.start_byte..span.end_byte], "unless the dredging is late");
    let chars: String = HARBOUR.chars().skip(span.start).take(span.end - span.start).collect();
    assert_eq!(chars, "unless the dredging is late");
}

#[test]
fn the_words_laid_side_by_side_give_the_quotation_again() {
    let finding = check("All members of our board voted for the plan.", Verdict::Altered);
    let quote: String = finding.words.iter().map(|word| word.quote.as_str()).collect();
    assert_eq!(quote, "All members of our board voted for the plan.");
    let kinds: Vec<WordKind> = finding.words.iter().map(|word| word.kind).collect();
    assert_eq!(kinds, [WordKind::Same, WordKind::Changed, WordKind::Same]);
}

#[test]
fn names_of_verdicts_read_back() {
    for verdict in Verdict::ALL {
        assert_eq!(Verdict::parse(verdict.as_str()), Some(verdict));
        assert_eq!(serde_json::to_value(verdict).unwrap(), verdict.as_str());
    }
    assert_eq!(Verdict::parse("true"), None);
}

#[test]
fn what_follows_a_speakers_label_starts_a_sentence() {
    let source = Source::new(
        "Anna Berg: We want a quiet harbour. Q: And the ferries? Anna Berg: They stay where they are.",
    );
    assert_eq!(source.find("We want a quiet harbour.").cut, Cut::None);
    assert_eq!(source.find("They stay where they are.").cut, Cut::None);
}

#[test]
fn passages_near_what_was_reported_are_offered() {
    let near = Source::new(HARBOUR).nearest("the board never asked about the costs, nobody did", 2);
    let best = &HARBOUR[near[0].span.start_byte..near[0].span.end_byte];
    assert!(best.contains("Nobody asked what it costs"), "{best}");
    assert!(Source::new("").nearest("the board", 3).is_empty());
}

#[test]
fn words_that_stand_elsewhere_in_the_sentence_were_moved() {
    let moved = |quotation: &str, words: &str| {
        let finding = check(quotation, Verdict::Altered);
        let changes: Vec<_> = finding.changes.iter().filter(|change| !change.marked).collect();
        assert_eq!(changes.len(), 1, "{finding:#?}");
        assert_eq!((changes[0].kind, changes[0].source.as_str()), (ChangeKind::Moved, words), "{finding:#?}");
        assert!(finding.words.iter().any(|word| word.kind == WordKind::Moved), "{finding:#?}");
    };
    moved("We will in May open the new ferry terminal", "in May");
    moved("in May we will open the new ferry terminal", "in May");
    moved("The harbour board on Tuesday met", "met");
    moved("again the library of the port opens in autumn", "again");
}

#[test]
fn words_behind_an_address_are_words() {
    let source = Source::new("The ferry will not (www.harbour.example) sail before the end of May.");
    let honest = source.find("The ferry will not sail before the end of May");
    assert_eq!(honest.verdict, Verdict::Verbatim, "{honest:#?}");
    let source =
        Source::new("The ferry will (www.harbour.example is wrong: not) sail before the end of May.");
    let finding = source.find("The ferry will sail before the end of May");
    assert_eq!((finding.verdict, finding.material), (Verdict::Altered, true), "{finding:#?}");
}

const HEARING: &str = "The hearing began at nine.\nBRANDT: Who ordered the gate to be closed that evening?\n\
    MOREAU: The order came from the harbour office at twelve past nine.\nReaders write\nI saw it with my own eyes and \
    nobody closed anything.\nThe gate on the evening of the flood, seen from the pier.";

/// What is said of a quotation given to `speaker`, and where it stands.
fn stands(quotation: &str, speaker: Option<&str>) -> (Verdict, Option<Standing>) {
    let place = |from: &str, to: &str| (HEARING.find(from).unwrap(), HEARING.find(to).unwrap());
    let part = |(start, end), voice| Part { start, end, voice };
    let parts = [
        part(place("BRANDT", "MOREAU"), Voice::Turn("BRANDT".into())),
        part(place("MOREAU", "Readers"), Voice::Turn("MOREAU".into())),
        part(place("Readers", "The gate on"), Voice::Comment),
        part((HEARING.find("The gate on").unwrap(), HEARING.len()), Voice::Caption),
    ];
    let options = Options { parts: &parts, speaker, ..Options::default() };
    let finding = Source::new(HEARING).find_with(quotation, &options);
    (finding.verdict, finding.stands)
}

#[test]
fn whose_words_they_are_is_said() {
    let order = "The order came from the harbour office";
    let (verdict, standing) = stands(order, Some("Anna Moreau"));
    let standing = standing.unwrap();
    assert_eq!(
        (verdict, standing.voice, standing.elsewhere),
        (Verdict::Verbatim, Voice::Turn("MOREAU".into()), false)
    );
    assert!(stands(order, Some("Ida Brandt")).1.unwrap().elsewhere);
    assert!(!stands(order, Some("the minister")).1.unwrap().elsewhere, "an office may be anybody's");
    assert!(!stands(order, None).1.unwrap().elsewhere);
    let comment = stands("I saw it with my own eyes", Some("Anna Moreau")).1.unwrap();
    assert_eq!((comment.voice, comment.elsewhere), (Voice::Comment, true));
    let caption = stands("the evening of the flood, seen from the pier", None).1.unwrap();
    assert_eq!((caption.voice, caption.elsewhere), (Voice::Caption, false));
    assert_eq!(stands("The hearing began at nine", None).1, None);
    assert_eq!(stands("The hearing was cancelled by the court", None), (Verdict::NotFound, None));
}

#[test]
fn of_equal_passages_the_speakers_own_is_taken() {
    let text =
        "Brandt: We shall keep the lamps lit all night.\nMoreau: We shall keep the lamps lit all night.";
    let middle = text.find("Moreau").unwrap();
    let parts = [
        Part { start: 0, end: middle, voice: Voice::Turn("Brandt".into()) },
        Part { start: middle, end: text.len(), voice: Voice::Turn("Moreau".into()) },
    ];
    let find = |speaker| {
        let options = Options { parts: &parts, speaker: Some(speaker), ..Options::default() };
        Source::new(text).find_with("We shall keep the lamps lit all night", &options)
    };
    assert!(find("Anna Moreau").spans[0].start_byte > middle);
    assert!(find("Ida Brandt").spans[0].start_byte < middle);
    assert!(!find("Anna Moreau").stands.unwrap().elsewhere);
}
