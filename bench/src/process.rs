//! How much memory a process holds, as Linux counts it.

use crate::Fallible;

/// Memory of a process in MiB: resident now, and the most since it began.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Memory {
    /// Resident now.
    pub(crate) resident: f64,
    /// The most that was ever resident.
    pub(crate) peak: f64,
}

/// Reads `/proc/PID/status`.
pub(crate) fn memory(pid: u32) -> Fallible<Memory> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status"))?;
    let mebibytes = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name))?;
        Some(line.split_whitespace().next()?.parse::<f64>().ok()? / 1024.0)
    };
    Ok(Memory {
        resident: mebibytes("VmRSS:").ok_or("no VmRSS")?,
        peak: mebibytes("VmHWM:").ok_or("no VmHWM")?,
    })
}
