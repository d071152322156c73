"""The pages for the public: nobody signs in, everything is denied that is not said to be for everybody.

What may be read and handed in says policies/access.py; what the interface's own door for the public does
(web/api/public.py), these pages do with it. Nothing of who turned to the office ever comes out here.
"""
