namespace TrustedServe.Protocol.Calls;

/// <summary>What a frame on the call socket is.</summary>
internal enum CallKind
{
    /// <summary>To the worker: a <see cref="Rpc.ModelInferRequest"/>; the argument is the time that is left, in microseconds.</summary>
    Request = 1,

    /// <summary>To the worker: nobody waits for the answer any more; without payload.</summary>
    Cancel = 2,

    /// <summary>From the worker: a <see cref="Rpc.ModelInferResponse"/>.</summary>
    Answer = 3,

    /// <summary>From the worker: a <see cref="Rpc.CallRefusal"/>.</summary>
    Refusal = 4,

    /// <summary>To the worker, first on a socket and without payload: requests come here, answers go to the other socket that was opened with the same number.</summary>
    OpenRequests = 5,

    /// <summary>To the worker, first on a socket and without payload: answers to the requests of the other socket that was opened with the same number go here.</summary>
    OpenAnswers = 6,
}
