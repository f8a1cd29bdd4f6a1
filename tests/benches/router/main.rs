//! What the router costs on both processors that QEMU emulates: instructions a packet, stack, flash, RAM, and
//! the time to the first frame. `cargo bench -p tests --bench router` builds the images as they are shipped
//! and prints the tables. Fails above the budgets. The same on a busy machine as on an idle one.

mod image;
mod machine;

use std::process::ExitCode;

use image::Image;
use machine::Machine;
use tests::budget::Budgets;

/// Of a small packet that is masqueraded and forwarded, on the Cortex-M7, without the driver.
const INSTRUCTIONS_BUDGET: u32 = 1500;
/// Of the router without the box's own stack.
const FLASH_BUDGET_BYTES: u64 = 48 * 1024;
/// Of RAM that doesn't start as zeros: the router's tables do.
const INITIALISED_BUDGET_BYTES: u64 = 1024;

/// What the cases begin with that have no router around the clamp.
const CLAMP_ALONE: &str = "Clamp::frame";

const CORTEX_M7: Machine = Machine {
    name: "mps2-an500",
    core: "Cortex-M7",
    target: "thumbv7em-none-eabihf",
};
const CORTEX_M3: Machine = Machine {
    name: "emcraft-sf2",
    core: "Cortex-M3",
    target: "thumbv7m-none-eabi",
};

fn main() -> ExitCode {
    let mut budgets = Budgets::default();
    match run(&mut budgets) {
        Ok(over) if over.is_empty() => budgets.verdict(),
        Ok(over) => {
            for budget in over {
                eprintln!("over budget: {budget}");
            }
            ExitCode::FAILURE
        }
        Err(why) => {
            eprintln!("{why}");
            ExitCode::FAILURE
        }
    }
}

/// Prints everything; returns the budgets that aren't kept.
fn run(budgets: &mut Budgets) -> Result<Vec<String>, String> {
    let mut over = instructions(budgets)?;
    over.extend(images()?);
    println!("\n| boot | instructions to the first frame |\n|---|---:|");
    for machine in [&CORTEX_M7, &CORTEX_M3] {
        let image = Image::build(machine.name, machine.target)?;
        println!(
            "| {} | {} |",
            machine.name,
            machine.instructions_to_first_frame(&image)?
        );
    }
    Ok(over)
}

fn instructions(budgets: &mut Budgets) -> Result<Vec<String>, String> {
    let mut over = Vec::new();
    let [m7, m3] = [&CORTEX_M7, &CORTEX_M3].map(|machine| {
        let image = Image::build("instructions", machine.target)?;
        let costs = machine.costs(&image)?;
        if machine.costs(&image)? != costs {
            return Err(format!("{}: two runs counted differently", machine.name));
        }
        Ok(costs)
    });
    let (m7, m3) = (m7?, m3?);
    println!(
        "\n| packet | IP bytes | {} | with the copy | stack bytes | {} | with the copy |",
        CORTEX_M7.core, CORTEX_M3.core
    );
    println!("|---|---:|---:|---:|---:|---:|---:|");
    for (m7, m3) in m7.iter().zip(&m3) {
        println!(
            "| {} | {} | {} | {} | {} | {} | {} |",
            m7.case, m7.packet_bytes, m7.plain, m7.copied, m7.stack_bytes, m3.plain, m3.copied
        );
        if m7.case.starts_with(CLAMP_ALONE) {
            for (machine, cost) in [(&CORTEX_M7, m7), (&CORTEX_M3, m3)] {
                let name = |what| format!("{} {what}, {}", machine.core, cost.case);
                budgets.hold(&name("instructions"), cost.plain.most.into());
                budgets.hold(&name("bytes of stack"), cost.stack_bytes.into());
            }
        }
        // Where the table is full, its chains are longer.
        let is_budgeted =
            m7.packet_bytes == 64 && m7.case.contains("NAT") && !m7.case.starts_with("table full");
        if is_budgeted && m7.plain.most > INSTRUCTIONS_BUDGET {
            over.push(format!(
                "{}: {} instructions, not {INSTRUCTIONS_BUDGET}",
                m7.case, m7.plain.most
            ));
        }
    }
    let worst = |starts: bool| {
        let costs = m7.iter().filter(|cost| (cost.case == "start") == starts);
        costs.map(|cost| cost.stack_bytes).max().unwrap_or(0)
    };
    println!(
        "\nWorst stack on the {}: {} bytes for one packet, {} bytes to start the router.",
        CORTEX_M7.core,
        worst(false),
        worst(true)
    );
    Ok(over)
}

fn images() -> Result<Vec<String>, String> {
    println!("\n| image | flash bytes | static RAM bytes | flash by part |");
    println!("|---|---:|---:|---|");
    let mut over = Vec::new();
    for (name, target) in [
        (CORTEX_M7.name, CORTEX_M7.target),
        (CORTEX_M3.name, CORTEX_M3.target),
        ("router-only", CORTEX_M7.target),
    ] {
        let size = Image::build(name, target)?.size()?;
        let parts: Vec<String> = size
            .parts
            .iter()
            .map(|(part, bytes)| format!("{part} {bytes}"))
            .collect();
        println!(
            "| {name} | {} | {} | {} |",
            size.flash_bytes,
            size.ram_bytes,
            parts.join(", ")
        );
        if size.initialised_bytes > INITIALISED_BUDGET_BYTES {
            over.push(format!(
                "{name}: {} bytes of initialised RAM, not {INITIALISED_BUDGET_BYTES}",
                size.initialised_bytes
            ));
        }
        if name != "router-only" {
            continue;
        }
        if size.flash_bytes > FLASH_BUDGET_BYTES {
            over.push(format!(
                "{name}: {} bytes of flash, not {FLASH_BUDGET_BYTES}",
                size.flash_bytes
            ));
        }
    }
    Ok(over)
}
