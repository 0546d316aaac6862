using TrustedServe.Functions.Queue;

namespace TrustedServe.Functions.Signals;

/// <summary>A message that waits, and what is known of its work.</summary>
/// <param name="Key">The model version that it asks for; null for one that is not served here, or when the message is no job.</param>
/// <param name="Input">Its input's size; null when it has none that could be read.</param>
internal sealed record WaitingMessage(ModelKey? Key, InputSize? Input);
