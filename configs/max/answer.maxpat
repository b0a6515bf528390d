{
 "patcher": {
  "fileversion": 1,
  "rect": [
   80.0,
   100.0,
   580.0,
   480.0
  ],
  "boxes": [
   {
    "box": {
     "id": "obj-1",
     "maxclass": "comment",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      20,
      15,
      520,
      20
     ],
     "text": "Play the upper sliders: impsy-tui answers in the lower ones.  impsy-tui play -c osc"
    }
   },
   {
    "box": {
     "id": "obj-2",
     "maxclass": "multislider",
     "numinlets": 1,
     "numoutlets": 2,
     "patching_rect": [
      20,
      45,
      400,
      110
     ],
     "size": 8,
     "setminmax": [
      0.0,
      1.0
     ],
     "parameter_enable": 0,
     "outlettype": [
      "",
      ""
     ]
    }
   },
   {
    "box": {
     "id": "obj-3",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 1,
     "patching_rect": [
      20,
      170,
      200,
      22
     ],
     "outlettype": [
      ""
     ],
     "text": "prepend /interface"
    }
   },
   {
    "box": {
     "id": "obj-4",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      20,
      205,
      200,
      22
     ],
     "text": "udpsend 127.0.0.1 6000"
    }
   },
   {
    "box": {
     "id": "obj-5",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 1,
     "patching_rect": [
      20,
      255,
      200,
      22
     ],
     "outlettype": [
      ""
     ],
     "text": "udpreceive 6001"
    }
   },
   {
    "box": {
     "id": "obj-6",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 3,
     "patching_rect": [
      20,
      290,
      260,
      22
     ],
     "outlettype": [
      "",
      "",
      ""
     ],
     "text": "route /prediction /impsy/silence"
    }
   },
   {
    "box": {
     "id": "obj-7",
     "maxclass": "multislider",
     "numinlets": 1,
     "numoutlets": 2,
     "patching_rect": [
      20,
      330,
      400,
      110
     ],
     "size": 8,
     "setminmax": [
      0.0,
      1.0
     ],
     "parameter_enable": 0,
     "outlettype": [
      "",
      ""
     ]
    }
   },
   {
    "box": {
     "id": "obj-8",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      300,
      330,
      90,
      22
     ],
     "text": "print silence"
    }
   }
  ],
  "lines": [
   {
    "patchline": {
     "source": [
      "obj-2",
      0
     ],
     "destination": [
      "obj-3",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-3",
      0
     ],
     "destination": [
      "obj-4",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-5",
      0
     ],
     "destination": [
      "obj-6",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-6",
      0
     ],
     "destination": [
      "obj-7",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-6",
      1
     ],
     "destination": [
      "obj-8",
      0
     ]
    }
   }
  ]
 }
}
