namespace ZarrFs.Tests.Http;

/// <summary>A request that nobody sends who means well, and what it is answered with.</summary>
/// <param name="Name">What is tried.</param>
/// <param name="Bytes">What goes over the socket, one byte a character.</param>
/// <param name="Status">Of the first answer; 0 for a connection that is closed without a word.</param>
/// <param name="Answers">How many answers come: a request that was smuggled in would be one more.</param>
/// <param name="IsHalf">The server waits for the rest, and answers when it hears that there is none.</param>
public sealed record HostileRequest(string Name, string Bytes, int Status, int Answers = 1, bool IsHalf = false)
{
    /// <summary>Answers that come before the server hears that there is no more.</summary>
    public int AnswersAtOnce => IsHalf || Status == 0 ? 0 : Answers;

    /// <inheritdoc/>
    public override string ToString() => Name;
}
