using TrustedServe.Functions.Queue;

namespace TrustedServe.Functions.Signals;

/// <summary>A message that waits.</summary>
/// <param name="Id">The queue's name for it.</param>
/// <param name="Job">What it asks for; null when it does not read as a job.</param>
internal readonly record struct SeenMessage(string Id, JobMessage? Job);
