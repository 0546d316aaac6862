namespace TrustedServe.Functions.Supervision;

/// <summary>What all supervisors share.</summary>
/// <param name="Program">The worker program.</param>
/// <param name="CrashLimit">How many times in a row a worker may crash.</param>
/// <param name="Time">The clock.</param>
/// <param name="Logger">Where they log.</param>
internal sealed record WorkerSetup(string Program, int CrashLimit, TimeProvider Time, ILogger Logger);
