namespace ZarrFs.Core.Failures;

/// <summary>A request that was turned away because the program is at its limit; asking again later helps.</summary>
public sealed class OverloadException : Exception
{
    /// <param name="message">Which limit was reached.</param>
    public OverloadException(string message)
        : base(message)
    {
    }
}
