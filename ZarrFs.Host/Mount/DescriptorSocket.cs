using System.ComponentModel;
using System.Runtime.InteropServices;

namespace ZarrFs.Host.Mount;

/// <summary>A pair of sockets over which a child process hands back an open file.</summary>
internal sealed class DescriptorSocket : IDisposable
{
    private readonly int _ours;
    private int _theirs;

    private DescriptorSocket(int ours, int theirs)
    {
        _ours = ours;
        _theirs = theirs;
    }

    /// <summary>The number of the end that the child inherits.</summary>
    public int Theirs => _theirs;

    /// <summary>Makes a pair.</summary>
    public static unsafe DescriptorSocket Create()
    {
        int* pair = stackalloc int[2];
        if (Libc.SocketPair(Libc.AddressFamilyUnix, Libc.SocketStream | Libc.SocketCloseOnExec, 0, pair) != 0)
            throw new Win32Exception(Libc.LastError, "cannot make a pair of sockets");
        var sockets = new DescriptorSocket(pair[0], pair[1]);
        if (Libc.FControl(pair[1], Libc.SetDescriptorFlags, 0) == 0) return sockets;
        int error = Libc.LastError;
        sockets.Dispose();
        throw new Win32Exception(error, "cannot let a child process inherit a socket");
    }

    /// <summary>Closes the child's end in this process, so that <see cref="Receive"/> notices when the child ends without a word.</summary>
    public void CloseTheirs()
    {
        if (_theirs >= 0) _ = Libc.Close(_theirs);
        _theirs = -1;
    }

    /// <summary>Waits for the open file; −1 if the child ended without sending one.</summary>
    public unsafe int Receive()
    {
        byte ignored;
        var data = new IoVector { Base = &ignored, Length = 1 };
        DescriptorMessage control = default;
        var message = new MessageHeader
        {
            Vectors = &data,
            VectorCount = 1,
            Control = &control,
            ControlLength = (nuint)sizeof(DescriptorMessage),
        };
        nint received;
        do received = Libc.ReceiveMessage(_ours, &message, Libc.MessageCloseOnExec);
        while (received < 0 && Libc.LastError == Errno.EINTR);
        bool sent = received > 0 && control.Level == DescriptorMessage.LevelSocket && control.Type == DescriptorMessage.TypeRights;
        return sent ? control.Descriptor : -1;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        CloseTheirs();
        _ = Libc.Close(_ours);
    }
}
