//! The lengths of sections, where packets in them grow.

use std::{
    cell::RefCell,
    fs::File,
    io::{self, Seek, SeekFrom, Write},
    rc::Rc,
};

use super::{samples::*, *};

/// A section whose length is given, with one packet of its own.
fn measured_section(order: ByteOrder, packet: &[u8], length_error: i64) -> Vec<u8> {
    let blocks = [
        interface(order, ETHERNET, 0, &[]),
        enhanced(order, 0, packet, packet.len() as u32, &[]),
        block(order, 5, &u32s(order, &[0, 7, 9])),
    ]
    .concat();
    [section(order, blocks.len() as i64 + length_error), blocks].concat()
}

/// Copies a capture; the packets that begin with `+` grow by `growth`.
fn copy(input: &[u8], writer: Writer, growth: &[u8]) -> Option<CaptureError> {
    copy_from(Reader::open(input).unwrap(), writer, growth)
}

fn copy_from(mut reader: Reader<&[u8]>, mut writer: Writer, growth: &[u8]) -> Option<CaptureError> {
    let mut grown_record = Vec::new();
    let error = loop {
        let mut record = match reader.next() {
            Ok(Some(record)) => record,
            Ok(None) => break None,
            Err(error) => break Some(error),
        };
        let grown = record
            .packet()
            .filter(|(_, captured)| captured.starts_with(b"+"))
            .map(|(_, captured)| [captured, growth].concat());
        match grown {
            Some(grown) => {
                record.grow(&grown, &mut grown_record).unwrap();
                writer.write_grown(&record, &grown_record).unwrap();
            }
            None => writer.write(&mut record).unwrap(),
        }
    };
    writer.finish().unwrap();
    error
}

#[derive(Clone, Default)]
struct Pipe(Rc<RefCell<Vec<u8>>>);

impl Write for Pipe {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn contents(mut file: &File) -> Vec<u8> {
    let mut bytes = Vec::new();
    file.seek(SeekFrom::Start(0)).unwrap();
    file.read_to_end(&mut bytes).unwrap();
    bytes
}

/// What becomes of a capture, in a file and on a pipe: the same.
#[track_caller]
fn copied(input: &[u8], growth: &[u8]) -> Vec<u8> {
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(b"here before").unwrap();
    let writer = Writer::to_file(file.try_clone().unwrap(), Growth::Possible);
    let file_error = copy(input, writer, growth);
    let in_file = contents(&file);
    assert!(in_file.starts_with(b"here before"));

    let pipe = Pipe::default();
    let pipe_error = copy(
        input,
        Writer::to_stream(pipe.clone(), Growth::Possible),
        growth,
    );
    assert_eq!(in_file[11..], **pipe.0.borrow());
    assert_eq!(
        file_error.map(|error| error.to_string()),
        pipe_error.map(|error| error.to_string())
    );
    pipe.0.take()
}

#[test]
fn the_length_of_each_section_follows_its_own_packets() {
    for (first, second) in [(ORDERS[0], ORDERS[1]), (ORDERS[1], ORDERS[0])] {
        let input = [
            measured_section(first, b"+one", 0),
            measured_section(second, b"two", 0),
            measured_section(second, b"+three", 0),
        ]
        .concat();
        let expected = [
            measured_section(first, b"+one, more", 0),
            measured_section(second, b"two", 0),
            measured_section(second, b"+three, more", 0),
        ]
        .concat();
        assert_eq!(copied(&input, b", more"), expected);
    }
}

#[test]
fn a_section_whose_length_is_not_given_stays_so() {
    for order in ORDERS {
        let file = |packet: &[u8]| {
            [
                section(order, -1),
                interface(order, ETHERNET, 0, &[]),
                enhanced(order, 0, packet, packet.len() as u32, &[]),
            ]
            .concat()
        };
        assert_eq!(copied(&file(b"+one"), b", more"), file(b"+one, more"));
    }
}

#[test]
fn a_section_length_that_was_wrong_is_wrong_by_as_much() {
    for order in ORDERS {
        let input = measured_section(order, b"+one", 8);
        assert_eq!(
            copied(&input, b", more"),
            measured_section(order, b"+one, more", 8)
        );
    }
}

#[test]
fn a_fault_in_the_middle_of_a_section_leaves_the_growth_before_it_counted() {
    for order in ORDERS {
        let fault = u32s(order, &[6, 64]);
        let input = [measured_section(order, b"+one", 64), fault].concat();
        assert_eq!(
            copied(&input, b", more"),
            measured_section(order, b"+one, more", 64)
        );
    }
}

#[test]
fn a_section_too_long_to_wait_in_memory_waits_in_a_file() {
    for order in ORDERS {
        let build = |packet: &[u8]| {
            let mut blocks = interface(order, ETHERNET, 0, &[]);
            for _ in 0..3 {
                blocks.extend(block(order, 0x0bad, &[0x5a; 700_000]));
                blocks.extend(enhanced(order, 0, packet, packet.len() as u32, &[]));
            }
            [
                section(order, blocks.len() as i64),
                blocks,
                section(order, 0),
            ]
            .concat()
        };
        assert!(copied(&build(b"+one"), b", more") == build(b"+one, more"));
    }
}

#[test]
fn a_record_in_a_temporary_file_is_part_of_its_section() {
    let order = ByteOrder::Little;
    let build = |packet: &[u8]| {
        let long_block = block(order, 0x0bad, &[0x5a; 200]);
        [
            measured_section(order, packet, long_block.len() as i64),
            long_block.clone(),
            measured_section(order, packet, long_block.len() as i64),
            long_block,
        ]
        .concat()
    };
    let input = build(b"+one");
    let sizes = Sizes {
        initial_bytes: 32,
        limit_bytes: 64,
    };
    let open = || Reader::open_with(&input[..], sizes).unwrap();

    let file = tempfile::tempfile().unwrap();
    let to_file = Writer::to_file(file.try_clone().unwrap(), Growth::Possible);
    copy_from(open(), to_file, b", more");
    assert_eq!(contents(&file), build(b"+one, more"));

    let pipe = Pipe::default();
    copy_from(
        open(),
        Writer::to_stream(pipe.clone(), Growth::Possible),
        b", more",
    );
    assert_eq!(*pipe.0.borrow(), build(b"+one, more"));
}

#[cfg(unix)]
#[test]
fn a_pipe_that_was_opened_as_a_file_is_a_stream() {
    let input = measured_section(ByteOrder::Little, b"+one", 0);
    let (mut reader, writer) = io::pipe().unwrap();
    let file = File::from(std::os::fd::OwnedFd::from(writer));
    copy(&input, Writer::to_file(file, Growth::Possible), b", more");
    let mut output = Vec::new();
    reader.read_to_end(&mut output).unwrap();
    assert_eq!(
        output,
        measured_section(ByteOrder::Little, b"+one, more", 0)
    );
}

#[test]
fn pcap_has_no_sections() {
    for order in ORDERS {
        let file = |packet: &[u8]| {
            [
                pcap_header(order, MICROSECONDS, 0, 1),
                pcap_record(order, MICROSECONDS, packet, packet.len() as u32),
                pcap_record(order, MICROSECONDS, b"last", 4),
            ]
            .concat()
        };
        assert_eq!(copied(&file(b"+one"), b", more"), file(b"+one, more"));
    }
}

#[test]
fn nothing_waits_where_nothing_grows() {
    let order = ByteOrder::Big;
    let input = measured_section(order, b"+one", 0);
    let pipe = Pipe::default();
    let mut writer = Writer::to_stream(pipe.clone(), Growth::Never);
    let mut reader = Reader::open(&input[..]).unwrap();
    while let Some(mut record) = reader.next().unwrap() {
        let refused = writer.write_grown(&record, b"grown").unwrap_err();
        assert_eq!(refused.kind(), io::ErrorKind::InvalidInput);
        writer.write(&mut record).unwrap();
    }
    writer.finish().unwrap();
    assert_eq!(*pipe.0.borrow(), input);
}

#[test]
fn an_output_that_fails_is_told() {
    struct Full;
    impl Write for Full {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::ErrorKind::StorageFull.into())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    for growth in [Growth::Never, Growth::Possible] {
        let input = measured_section(ByteOrder::Big, b"one", 0);
        let mut writer = Writer::to_stream(Full, growth);
        let mut reader = Reader::open(&input[..]).unwrap();
        while let Some(mut record) = reader.next().unwrap() {
            writer.write(&mut record).unwrap();
        }
        assert_eq!(
            writer.finish().unwrap_err().kind(),
            io::ErrorKind::StorageFull
        );
    }
}
