namespace TrustedServe.Testing;

/// <summary>The storage emulator cannot run on this machine; <see cref="Exception.Message"/> says what is missing and what to do.</summary>
public sealed class AzuriteUnavailable(string reason) : Exception(reason);
