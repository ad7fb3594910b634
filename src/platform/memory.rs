//! How long the allocator holds on to memory.

/// Lets blocks of a mebibyte and more go back to the system when they are freed. Left to itself, glibc learns from the first freed
/// password hash (19 MiB) to keep blocks of that size, one for each of several threads: twenty sign-ins took 100 MB for good.
/// Other allocators need not be told.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
#[expect(unsafe_code, reason = "a C function of two integers that no library wraps")]
pub fn return_large_blocks() {
    // SAFETY: mallopt(3) takes a parameter's number and its value and keeps no pointer; it is safe to call from any thread.
    unsafe {
        libc::mallopt(libc::M_MMAP_THRESHOLD, 1 << 20);
    }
}

/// Nothing to tell this allocator.
#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
pub fn return_large_blocks() {}
